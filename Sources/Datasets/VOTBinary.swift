import Foundation
import Vision

/// The binary files in which VOT's Python toolkit keeps results: a version, 16 bits, the number of entries, 32 bits, and for
/// each a byte that says what it is, then its numbers; little-endian.
struct VOTBinary {
  private var bytes: ArraySlice<UInt8>

  /// The entries of a file's bytes; nil where they are none.
  static func entries(_ bytes: [UInt8]) -> [VOTRegion]? {
    var file = VOTBinary(bytes: bytes[...])
    guard file.number(UInt16.self) == 1, let count = file.number(UInt32.self), Int(count) <= bytes.count
    else {
      return nil
    }
    var entries: [VOTRegion] = []
    for _ in 0..<count {
      guard let text = file.text(), let entry = VOTRegion(text) else { return nil }
      entries.append(entry)
    }
    return file.bytes.isEmpty ? entries : nil
  }

  /// The next entry in VOT's text.
  private mutating func text() -> String? {
    switch number(UInt8.self) {
    case 0: return number(UInt32.self).map { "\($0)" }
    case 1: return reals(4)
    case 2: return number(UInt16.self).flatMap { reals(2 * Int($0)) }
    case 3:
      guard let x = number(Int16.self), let y = number(Int16.self), let width = number(UInt16.self),
        let height = number(UInt16.self), let count = number(UInt16.self), bytes.count >= 2 * Int(count)
      else { return nil }
      let runs = (0..<count).map { _ in ",\(number(UInt16.self)!)" }
      return "m\(x),\(y),\(width),\(height)" + runs.joined()
    default: return nil
    }
  }

  private mutating func reals(_ count: Int) -> String? {
    guard bytes.count >= 4 * count else { return nil }
    return (0..<count).map { _ in "\(Float(bitPattern: number(UInt32.self)!))" }.joined(separator: ",")
  }

  private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    let size = Number.bitWidth / 8
    guard bytes.count >= size else { return nil }
    let number = bytes.prefix(size).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    bytes = bytes.dropFirst(size)
    return Number(truncatingIfNeeded: number)
  }
}
