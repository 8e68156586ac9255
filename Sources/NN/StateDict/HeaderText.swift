/// The JSON of a safetensors header. Objects keep all their names, and names their spelling: of two that Swift's strings,
/// or a dictionary, take for one, none is lost unseen.
enum HeaderText {
  case object([(name: String, value: HeaderText)])
  case array([HeaderText])
  case string(String)
  case integer(Int)
  /// Any other number, true or false.
  case other
  case null

  /// Why bytes are no such text.
  enum Fault: Error {
    case notJSON
    case duplicate(String)
  }

  init(_ bytes: some Collection<UInt8>) throws(Fault) {
    var reader = Reader(bytes: Array(bytes))
    self = try reader.value(depth: 0)
    guard reader.next() == nil else { throw .notJSON }
  }

  /// A string as JSON has it.
  static func encoded(_ string: String) -> String {
    var result = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += ["\\", scalar]
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars
      default: result.append(scalar)
      }
    }
    return String(result) + "\""
  }
}

private struct Reader {
  let bytes: [UInt8]
  var position = 0

  /// More than the format has, and few enough for the stack.
  private static let deepest = 32

  /// The next byte behind white space.
  mutating func next() -> UInt8? {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
    return position < bytes.count ? bytes[position] : nil
  }

  private mutating func skip(_ text: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard next() != nil, bytes[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  mutating func value(depth: Int) throws(HeaderText.Fault) -> HeaderText {
    guard depth < Self.deepest, let byte = next() else { throw .notJSON }
    switch byte {
    case UInt8(ascii: "{"): return try .object(object(depth: depth))
    case UInt8(ascii: "["): return try .array(array(depth: depth))
    case UInt8(ascii: "\""): return try .string(string())
    default:
      if skip("null") { return .null }
      if skip("true") || skip("false") { return .other }
      return try number()
    }
  }

  private mutating func object(depth: Int) throws(HeaderText.Fault) -> [(name: String, value: HeaderText)] {
    var (items, names): ([(name: String, value: HeaderText)], Set<[UInt8]>) = ([], [])
    position += 1
    if skip("}") { return [] }
    repeat {
      guard next() == UInt8(ascii: "\"") else { throw .notJSON }
      let name = try string()
      guard skip(":") else { throw .notJSON }
      let value = try value(depth: depth + 1)
      if !names.insert(Array(name.utf8)).inserted { throw .duplicate(name) }
      items.append((name, value))
    } while skip(",")
    guard skip("}") else { throw .notJSON }
    return items
  }

  private mutating func array(depth: Int) throws(HeaderText.Fault) -> [HeaderText] {
    var items: [HeaderText] = []
    position += 1
    if skip("]") { return [] }
    repeat { items.append(try value(depth: depth + 1)) } while skip(",")
    guard skip("]") else { throw .notJSON }
    return items
  }

  private mutating func number() throws(HeaderText.Fault) -> HeaderText {
    let start = position
    while position < bytes.count, "+-.eE0123456789".utf8.contains(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let whole = text.drop { $0 == "-" }.prefix { $0.isNumber }
    guard whole.first.map({ $0 != "0" || whole.count == 1 }) ?? false, Double(text) != nil else {
      throw .notJSON
    }
    return Int(text).map { .integer($0) } ?? .other
  }

  private mutating func string() throws(HeaderText.Fault) -> String {
    var text: [UInt8] = []
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      switch bytes[position] {
      case 0..<0x20: throw .notJSON
      case UInt8(ascii: "\\"): text += try escaped()
      default:
        text.append(bytes[position])
        position += 1
      }
    }
    guard position < bytes.count, let result = String(validating: text, as: UTF8.self) else { throw .notJSON }
    position += 1
    return result
  }

  /// What a backslash and what follows stand for.
  private mutating func escaped() throws(HeaderText.Fault) -> [UInt8] {
    guard position + 1 < bytes.count else { throw .notJSON }
    let symbol = bytes[position + 1]
    if symbol == UInt8(ascii: "u") {
      var unit = try codeUnit()
      if (0xd800..<0xdc00).contains(unit) {
        let low = try codeUnit()
        guard (0xdc00..<0xe000).contains(low) else { throw .notJSON }
        unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(unit) else { throw .notJSON }
      return Array(scalar.utf8)
    }
    let symbols = Array("\"\\/bfnrt".utf8),
      meanings: [UInt8] = [0x22, 0x5c, 0x2f, 0x08, 0x0c, 0x0a, 0x0d, 0x09]
    guard let index = symbols.firstIndex(of: symbol) else { throw .notJSON }
    position += 2
    return [meanings[index]]
  }

  /// `\u` and four hexadecimal digits.
  private mutating func codeUnit() throws(HeaderText.Fault) -> UInt32 {
    guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u"),
      bytes[position + 2] != UInt8(ascii: "+"), bytes[position + 2] != UInt8(ascii: "-"),
      let unit = UInt32(String(decoding: bytes[position + 2..<position + 6], as: UTF8.self), radix: 16)
    else { throw .notJSON }
    position += 6
    return unit
  }
}
