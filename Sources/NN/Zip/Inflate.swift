/// Undoes deflate's compression (Deutsch, RFC 1951, 1996).
struct Inflate {
  private let input: UnsafeRawBufferPointer
  private var position = 0
  /// Bits that were taken from the input and not yet used, the next one the lowest.
  private var bits: UInt64 = 0
  private var bitCount = 0

  /// The first `limit` bytes of what was compressed, or all of them where there are fewer.
  static func bytes(
    of input: UnsafeRawBufferPointer, limit: Int
  ) throws(MalformedFile) -> [UInt8] {
    var inflate = Inflate(input: input)
    var output: [UInt8] = []
    // What is claimed is not what there is.
    output.reserveCapacity(min(limit, 1 << 16))
    var isLast = false
    while !isLast && output.count < limit {
      isLast = try inflate.take(1) == 1
      switch try inflate.take(2) {
      case 0: try inflate.stored(&output, limit)
      case 1: try inflate.compressed(&output, limit, .fixedLiterals, .fixedDistances)
      case 2:
        let (literals, distances) = try inflate.codes()
        try inflate.compressed(&output, limit, literals, distances)
      default: throw damaged
      }
    }
    return Array(output.prefix(limit))
  }

  private init(input: UnsafeRawBufferPointer) { self.input = input }

  private static let damaged = MalformedFile(reason: "compressed bytes are damaged")

  // MARK: Blocks

  private mutating func stored(_ output: inout [UInt8], _ limit: Int) throws(MalformedFile) {
    _ = try take(bitCount % 8)
    let (count, check) = (try take(16), try take(16))
    guard count == check ^ 0xffff else { throw Self.damaged }
    for _ in 0..<min(count, limit - output.count) { output.append(UInt8(try take(8))) }
  }

  private mutating func compressed(
    _ output: inout [UInt8], _ limit: Int, _ literals: Code, _ distances: Code
  ) throws(MalformedFile) {
    while output.count < limit {
      let symbol = try symbol(literals)
      if symbol < 256 {
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return }
      guard symbol - 257 < Self.lengths.count else { throw Self.damaged }
      let length = Self.lengths[symbol - 257] + (try take(Self.lengthBits(symbol - 257)))
      let step = try self.symbol(distances)
      guard step < Self.distances.count else { throw Self.damaged }
      let distance = Self.distances[step] + (try take(max(0, step / 2 - 1)))
      guard distance <= output.count else { throw Self.damaged }
      // What is copied may reach into what is being written.
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  /// The codes that a block brings along: their lengths, themselves in a code.
  private mutating func codes() throws(MalformedFile) -> (literals: Code, distances: Code) {
    let counts = (literals: try take(5) + 257, distances: try take(5) + 1, lengths: try take(4) + 4)
    var lengths = [UInt8](repeating: 0, count: 19)
    for place in Self.order.prefix(counts.lengths) { lengths[place] = UInt8(try take(3)) }
    let code = try Code(lengths: lengths[...])
    var all: [UInt8] = []
    let count = counts.literals + counts.distances
    while all.count < count {
      let symbol = try symbol(code)
      switch symbol {
      case 16:
        guard let last = all.last else { throw Self.damaged }
        all += repeatElement(last, count: 3 + (try take(2)))
      case 17: all += repeatElement(0, count: 3 + (try take(3)))
      case 18: all += repeatElement(0, count: 11 + (try take(7)))
      default: all.append(UInt8(symbol))
      }
    }
    guard all.count == count else { throw Self.damaged }
    return (try Code(lengths: all[..<counts.literals]), try Code(lengths: all[counts.literals...]))
  }

  /// The order in which the lengths of the lengths' code come.
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  /// The shortest copy of each symbol from 257 on, to which some bits are added; the last one is alone.
  private static let lengths: [Int] =
    (0..<28).map { $0 < 8 ? $0 + 3 : ((4 + $0 % 4) << ($0 / 4 - 1)) + 3 } + [258]

  private static func lengthBits(_ symbol: Int) -> Int { symbol < 8 || symbol == 28 ? 0 : symbol / 4 - 1 }

  /// The shortest distance of each symbol.
  private static let distances: [Int] = (0..<30).map { $0 < 4 ? $0 + 1 : ((2 + $0 % 2) << ($0 / 2 - 1)) + 1 }

  // MARK: Bits

  private mutating func refill() {
    while bitCount <= 48 && position < input.count {
      bits |= UInt64(input[position]) << UInt64(bitCount)
      (position, bitCount) = (position + 1, bitCount + 8)
    }
  }

  private mutating func take(_ count: Int) throws(MalformedFile) -> Int {
    if bitCount < count { refill() }
    guard bitCount >= count else { throw Self.damaged }
    defer { drop(count) }
    return Int(bits & (1 << UInt64(count) - 1))
  }

  private mutating func drop(_ count: Int) {
    bits >>= UInt64(count)
    bitCount -= count
  }

  private mutating func symbol(_ code: Code) throws(MalformedFile) -> Int {
    if bitCount < Code.longest { refill() }
    let entry = code.table[Int(bits) & (code.table.count - 1)]
    let length = Int(entry & 15)
    guard length > 0, length <= bitCount else { throw Self.damaged }
    drop(length)
    return Int(entry >> 4)
  }

  /// A Huffman code: what the next bits stand for.
  private struct Code {
    static let longest = 15
    /// For each value of as many bits as the longest word has: the symbol, and in the last four bits its word's length; 0
    /// where there is none.
    let table: [UInt16]

    /// Words are numbered by length, and those of a length by symbol.
    init(lengths: ArraySlice<UInt8>) throws(MalformedFile) {
      var counts = [Int](repeating: 0, count: Self.longest + 1)
      for length in lengths where length > 0 { counts[Int(length)] += 1 }
      let longest = counts.lastIndex { $0 > 0 } ?? 0
      var (word, words) = (0, counts)
      for length in 1...Self.longest {
        word = (word + (length > 1 ? counts[length - 1] : 0)) << 1
        words[length] = word
        guard word + counts[length] <= 1 << length else { throw Inflate.damaged }
      }
      var table = [UInt16](repeating: 0, count: 1 << longest)
      for (symbol, length) in lengths.enumerated() where length > 0 {
        let length = Int(length)
        var place = 0
        for bit in 0..<length where words[length] >> bit & 1 == 1 { place |= 1 << (length - 1 - bit) }
        words[length] += 1
        for index in stride(from: place, to: table.count, by: 1 << length) {
          table[index] = UInt16(symbol << 4 | length)
        }
      }
      self.table = table
    }

    private init(fixed lengths: [UInt8]) { self = try! Code(lengths: lengths[...]) }

    static let fixedLiterals = Code(
      fixed: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    static let fixedDistances = Code(fixed: [UInt8](repeating: 5, count: 30))
  }
}
