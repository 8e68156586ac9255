import Tensor

/// Damage to a file, drawn from a seed: to its parts, and to the bytes, lengths and numbers within one.
struct Mutation {
  private var generator: SeededGenerator

  init(seed: UInt64, index: Int) { generator = SeededGenerator(seed: seed).fork(index) }

  mutating func chance(_ probability: Double) -> Bool { generator.bool(probability: probability) }

  private mutating func below(_ bound: Int) -> Int { generator.integer(0..<bound) }

  private mutating func element<Element>(of elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  /// A fault or a few, in parts or of them.
  mutating func mutated(_ parts: [Format.Part], others: [[Format.Part]]) -> [Format.Part] {
    var parts = parts
    for _ in 0..<(chance(0.5) ? 1 : 2 + below(4)) {
      guard !parts.isEmpty else { break }
      let index = below(parts.count)
      switch below(12) {
      case 0: parts.remove(at: index)
      case 1: parts.insert(parts[index], at: below(parts.count + 1))
      case 2: parts.swapAt(index, below(parts.count))
      case 3: parts.insert(element(of: element(of: others)), at: index)
      case 4 where chance(0.1):
        parts.insert(contentsOf: repeatElement(parts[index], count: below(300)), at: index)
      default: mutate(&parts[index])
      }
    }
    return parts
  }

  /// Now and then cuts a file, or adds to it.
  mutating func mutated(_ file: [UInt8]) -> [UInt8] {
    switch below(20) {
    case 0: Array(file.prefix(below(file.count + 1)))
    case 1: file + (0..<below(20)).map { _ in UInt8(below(256)) }
    default: file
    }
  }

  private mutating func mutate(_ part: inout Format.Part) {
    guard !part.isEmpty else { return part = extremeNumber() }
    let position = below(part.count)
    switch below(9) {
    case 0, 1: part[position] ^= 1 << UInt8(below(8))
    case 2: part[position] = element(of: [0, 1, 0x7f, 0x80, 0xff])
    case 3: part[position] = UInt8(below(256))
    case 4: part.removeSubrange(position..<min(part.count, position + 1 + below(8)))
    case 5: part.insert(contentsOf: extremeNumber(), at: position)
    case 6: part.removeLast(part.count - position)
    case 7: replaceDigits(&part)
    default:
      // Lengths and offsets stand at the start of parts more often than elsewhere.
      let bytes = extremeNumber()
      let start = chance(0.5) ? min(below(16), position) : position
      part.replaceSubrange(start..<min(part.count, start + bytes.count), with: bytes)
    }
  }

  /// An integer in two to eight bytes that a length, a size or an offset had better not be.
  private mutating func extremeNumber() -> [UInt8] {
    let values: [UInt64] = [
      0, 1, 2, 255, 256, 65_535, 65_536, 99_999, 1 << 26, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 32,
      1 << 62,
      .max >> 1, .max >> 1 + 1, .max - 7, .max,
    ]
    let value = element(of: values)
    let bytes =
      switch below(3) {
      case 0: UInt16(truncatingIfNeeded: value).bigEndianBytes
      case 1: UInt32(truncatingIfNeeded: value).bigEndianBytes
      default: value.bigEndianBytes
      }
    return chance(0.5) ? bytes : bytes.reversed()
  }

  /// Puts another number, or what is none, in the place of a number that is written in digits.
  private mutating func replaceDigits(_ part: inout Format.Part) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let starts = part.indices.filter { isDigit(part[$0]) && ($0 == 0 || !isDigit(part[$0 - 1])) }
    guard !starts.isEmpty else { return part.append(UInt8(below(256))) }
    let start = element(of: starts)
    let end = part[start...].firstIndex { !isDigit($0) } ?? part.count
    let texts = [
      "0", "-0", "-1", "1", "2", "3.5", "00", "4294967296", "9223372036854775807", "9223372036854775808",
      "18446744073709551616", "1e308", "-1e999", "nan", "inf", "0x1p3", "", " ", "\u{ff11}", "\u{1b}[2J",
      "\\u0000",
      "1,1", "[1]", "null", "\r\n", "\u{2028}",
    ]
    part.replaceSubrange(start..<end, with: Array(element(of: texts).utf8))
  }
}
