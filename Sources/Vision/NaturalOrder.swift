extension String {
  /// Whether the text comes before another as people count: runs of digits are compared as numbers, so that `9` comes
  /// before `10`; everything else by its bytes.
  package func naturallyPrecedes(_ other: String) -> Bool {
    var (a, b) = (utf8[...], other.utf8[...])
    while let first = a.first, let second = b.first {
      if first.isDigit && second.isDigit {
        let (left, right) = (a.takeNumber(), b.takeNumber())
        if left.count != right.count { return left.count < right.count }
        if !left.elementsEqual(right) { return left.lexicographicallyPrecedes(right) }
      } else {
        if first != second { return first < second }
        a.removeFirst()
        b.removeFirst()
      }
    }
    if a.isEmpty != b.isEmpty { return a.isEmpty }
    // Equal but for leading zeros.
    return utf8.lexicographicallyPrecedes(other.utf8)
  }
}

extension Substring.UTF8View {
  /// Takes the digits in front, and returns them without leading zeros.
  fileprivate mutating func takeNumber() -> Substring.UTF8View {
    let digits = prefix { $0.isDigit }
    self = self[digits.endIndex...]
    return digits.drop { $0 == UInt8(ascii: "0") }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }
}
