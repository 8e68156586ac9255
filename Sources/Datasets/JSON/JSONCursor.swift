import Foundation

/// A place in a JSON text, which goes through it value by value.
struct JSONCursor {
  /// Why the text cannot be read.
  struct Failure: Error {
    let position: Int
    let reason: String
  }

  private let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  /// An error at this place.
  func failure(_ reason: String) -> Failure { Failure(position: position, reason: reason) }

  /// Whether the next value is a null, which is then gone by.
  mutating func isNull() throws -> Bool {
    guard try start() == UInt8(ascii: "n") else { return false }
    try skip()
    return true
  }

  /// The first character of the next value.
  mutating func start() throws -> UInt8 {
    while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    guard position < bytes.count else { throw failure("the text ends early") }
    return bytes[position]
  }

  /// Goes through an object; a member's value that isn't read is skipped.
  mutating func members(_ body: (String, inout JSONCursor) throws -> Void) throws {
    try list("{", "}") { cursor in
      let key = try cursor.string()
      try cursor.take(":")
      let start = cursor.position
      try body(key, &cursor)
      if cursor.position == start { try cursor.skip() }
    }
  }

  /// Goes through an array; an element that isn't read is skipped.
  mutating func elements(_ body: (inout JSONCursor) throws -> Void) throws {
    try list("[", "]") { cursor in
      let start = cursor.position
      try body(&cursor)
      if cursor.position == start { try cursor.skip() }
    }
  }

  private mutating func list(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONCursor) throws -> Void
  ) throws {
    try take(open)
    if try start() == UInt8(ascii: close) { return position += 1 }
    while true {
      try body(&self)
      if try start() == UInt8(ascii: close) { return position += 1 }
      try take(",")
    }
  }

  private mutating func take(_ character: Unicode.Scalar) throws {
    guard try start() == UInt8(ascii: character) else { throw failure("there is no '\(character)'") }
    position += 1
  }

  /// Reads a text.
  mutating func string() throws -> String {
    let text = bytes[try stringRange()]
    guard text.contains(UInt8(ascii: "\\")) else { return String(decoding: text, as: UTF8.self) }
    let quoted = [UInt8(ascii: "\"")] + text + [UInt8(ascii: "\"")]
    guard let value = try? JSONDecoder().decode(String.self, from: Data(quoted)) else {
      throw failure("a text with an escape that is none")
    }
    return value
  }

  /// Skips a text; what is between its quotes.
  private mutating func stringRange() throws -> Range<Int> {
    try take("\"")
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return start..<position - 1
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    position = start
    throw failure("a text without an end")
  }

  /// Reads a number, which may stand in quotes.
  mutating func number() throws -> Double {
    let isQuoted = try start() == UInt8(ascii: "\"")
    let range = isQuoted ? try stringRange() : try skip()
    guard let value = Double(String(decoding: bytes[range], as: UTF8.self)), value.isFinite else {
      throw failure("no number before this")
    }
    return value
  }

  /// Reads a whole number.
  mutating func integer() throws -> Int {
    guard let value = Int(exactly: try number()) else { throw failure("no whole number before this") }
    return value
  }

  /// Goes by a value; where it stands.
  @discardableResult mutating func skip() throws -> Range<Int> {
    let first = try start()
    let start = position
    switch first {
    case UInt8(ascii: "\""): _ = try stringRange()
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      var depth = 0
      repeat {
        guard position < bytes.count else { throw failure("the text ends early") }
        switch bytes[position] {
        case UInt8(ascii: "\""):
          _ = try stringRange()
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
        position += 1
      } while depth > 0
    default:
      while position < bytes.count, !Self.isSpace(bytes[position]), !Self.isEnd(bytes[position]) {
        position += 1
      }
      if position == start { throw failure("no value") }
    }
    return start..<position
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09
  }

  private static func isEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
  }
}
