import Foundation

/// The uncompressed entries of a zip archive, also of one beyond 4 GB (zip64): what `torch.save` writes.
struct ZipArchive {
  /// Where the content of an entry lies in the file, by name.
  private(set) var entries: [String: Range<Int>] = [:]

  /// Why bytes are no such archive; one clause.
  struct Malformed: Error {
    let reason: String
  }

  private static let endOfDirectory: UInt32 = 0x0605_4b50
  private static let endOfDirectory64: UInt32 = 0x0606_4b50
  private static let directoryEntry: UInt32 = 0x0201_4b50
  private static let localHeader: UInt32 = 0x0403_4b50

  /// Lists the archive by the directory at its end.
  init(_ bytes: UnsafeRawBufferPointer) throws(Malformed) {
    let reader = Reader(bytes: bytes)
    var (count, start) = try Self.directory(reader)
    while count > 0 {
      count -= 1
      guard try reader.number(at: start, UInt32.self) == Self.directoryEntry else {
        throw Malformed(reason: "its directory is damaged")
      }
      let method = try reader.number(at: start + 10, UInt16.self)
      let lengths = try (28..<34).filter { $0 % 2 == 0 }.map { offset throws(Malformed) in
        Int(try reader.number(at: start + offset, UInt16.self))
      }
      let name = try reader.text(start + 46, lengths[0])
      var fields = Fields(
        size: UInt64(try reader.number(at: start + 24, UInt32.self)),
        compressed: UInt64(try reader.number(at: start + 20, UInt32.self)),
        header: UInt64(try reader.number(at: start + 42, UInt32.self)))
      try fields.widen(reader, extra: start + 46 + lengths[0], lengths[1])
      start += 46 + lengths.reduce(0, +)
      if name.hasSuffix("/") { continue }
      guard method == 0, fields.size == fields.compressed else {
        throw Malformed(reason: "the entry '\(name)' is compressed")
      }
      entries[name] = try Self.content(reader, name, fields)
    }
  }

  /// How many entries the directory has, and where it starts.
  private static func directory(_ reader: Reader) throws(Malformed) -> (count: Int, start: Int) {
    // A comment of up to 65,535 bytes may stand behind the record.
    var end = reader.bytes.count - 22
    let first = max(0, end - 65_535)
    while end >= first, try reader.number(at: end, UInt32.self) != endOfDirectory { end -= 1 }
    guard end >= first else { throw Malformed(reason: "a zip archive without its end") }
    let count = Int(try reader.number(at: end + 10, UInt16.self))
    let start = Int(try reader.number(at: end + 16, UInt32.self))
    guard count == 0xffff || start == 0xffff_ffff, end >= 20 else { return (count, start) }
    let record = try reader.offset(at: end - 20 + 8)
    guard try reader.number(at: record, UInt32.self) == endOfDirectory64 else { return (count, start) }
    return (try reader.offset(at: record + 32), try reader.offset(at: record + 48))
  }

  private static func content(
    _ reader: Reader, _ name: String, _ fields: Fields
  ) throws(Malformed) -> Range<Int> {
    guard let header = Int(exactly: fields.header), let size = Int(exactly: fields.size),
      try reader.number(at: header, UInt32.self) == localHeader
    else { throw Malformed(reason: "the entry '\(name)' is not where the directory says") }
    let begin =
      header + 30 + Int(try reader.number(at: header + 26, UInt16.self))
      + Int(try reader.number(at: header + 28, UInt16.self))
    guard begin <= reader.bytes.count, size <= reader.bytes.count - begin else {
      throw Malformed(reason: "the entry '\(name)' ends beyond the file")
    }
    return begin..<begin + size
  }

  /// What a directory entry says of sizes, in 64 bits where 32 do not suffice.
  private struct Fields {
    var size: UInt64
    var compressed: UInt64
    var header: UInt64

    mutating func widen(_ reader: Reader, extra start: Int, _ length: Int) throws(Malformed) {
      var position = start
      while position + 4 <= start + length {
        let kind = try reader.number(at: position, UInt16.self)
        let size = Int(try reader.number(at: position + 2, UInt16.self))
        if kind == 1 {
          var next = position + 4
          for field in [\Fields.size, \.compressed, \.header] where self[keyPath: field] == 0xffff_ffff {
            self[keyPath: field] = try reader.number(at: next, UInt64.self)
            next += 8
          }
        }
        position += 4 + size
      }
    }
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer

    func number<Number: FixedWidthInteger & BitwiseCopyable>(
      at position: Int, _ type: Number.Type
    ) throws(Malformed) -> Number {
      guard position >= 0, position <= bytes.count - MemoryLayout<Number>.size else {
        throw Malformed(reason: "a zip archive that ends too early")
      }
      return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
    }

    func offset(at position: Int) throws(Malformed) -> Int {
      guard let offset = Int(exactly: try number(at: position, UInt64.self)) else {
        throw Malformed(reason: "a zip archive with an impossible offset")
      }
      return offset
    }

    func text(_ position: Int, _ length: Int) throws(Malformed) -> String {
      guard position <= bytes.count - length else {
        throw Malformed(reason: "a zip archive that ends too early")
      }
      return String(decoding: bytes[position..<position + length], as: UTF8.self)
    }
  }
}
