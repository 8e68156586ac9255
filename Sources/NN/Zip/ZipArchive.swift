import Foundation

/// The entries of a zip archive, also of one beyond 4 GB (zip64): what `torch.save` and NumPy's `savez` write.
struct ZipArchive {
  /// A file in the archive.
  struct Entry: Sendable {
    let name: String
    /// Where it lies in the archive.
    let bytes: Range<Int>
    /// The number of its bytes, which are fewer in the archive where it is compressed.
    let size: Int
    let isCompressed: Bool
    let checksum: UInt32

    /// Calls `body` with the content, or with its start of `limit` bytes where it is longer.
    func withContent<Result>(
      in archive: UnsafeRawBufferPointer, limit: Int = .max,
      _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
      func checked(_ content: UnsafeRawBufferPointer) throws -> Result {
        var sum = CRC32()
        if content.count == size { sum.add(content) }
        guard content.count == min(size, limit), content.count < size || sum.checksum == checksum else {
          throw MalformedFile(reason: "its bytes in the archive are damaged")
        }
        return try body(content)
      }
      let stored = archive[bytes]
      guard isCompressed else {
        return try checked(UnsafeRawBufferPointer(rebasing: stored.prefix(limit)))
      }
      return try Inflate.bytes(of: UnsafeRawBufferPointer(rebasing: stored), limit: min(size, limit))
        .withUnsafeBytes(checked)
    }
  }

  /// In the order of the directory.
  private(set) var entries: [Entry] = []

  private static let endOfDirectory: UInt32 = 0x0605_4b50
  private static let endOfDirectory64: UInt32 = 0x0606_4b50
  private static let directoryEntry: UInt32 = 0x0201_4b50
  private static let localHeader: UInt32 = 0x0403_4b50

  /// Whether bytes start as an archive does, be it an empty one.
  static func isOne(_ bytes: some Collection<UInt8>) -> Bool {
    [[0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6], [0x50, 0x4b, 6, 6]].contains { bytes.starts(with: $0) }
  }

  /// Lists the archive by the directory at its end.
  init(_ bytes: UnsafeRawBufferPointer) throws(MalformedFile) {
    let reader = Reader(bytes: bytes)
    var (count, start) = try Self.directory(reader)
    while count > 0 {
      count -= 1
      guard try reader.number(at: start, UInt32.self) == Self.directoryEntry else {
        throw MalformedFile(reason: "its directory is damaged")
      }
      let flags = try reader.number(at: start + 8, UInt16.self)
      let method = try reader.number(at: start + 10, UInt16.self)
      let checksum = try reader.number(at: start + 16, UInt32.self)
      let lengths = try (28..<34).filter { $0 % 2 == 0 }.map { offset throws(MalformedFile) in
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
      guard method == 0 && fields.size == fields.compressed || method == 8, flags & 1 == 0,
        let size = Int(exactly: fields.size)
      else {
        throw MalformedFile(
          reason: "the entry '\(name)' is \(flags & 1 == 1 ? "encrypted" : "stored by method \(method)")")
      }
      entries.append(
        Entry(
          name: name, bytes: try Self.content(reader, name, fields), size: size, isCompressed: method == 8,
          checksum: checksum))
    }
    try checkThatNoneOverlap()
  }

  /// Otherwise a few bytes could stand for many times as many.
  private func checkThatNoneOverlap() throws(MalformedFile) {
    let places = entries.map(\.bytes).filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
    if zip(places, places.dropFirst()).contains(where: { $0.upperBound > $1.lowerBound }) {
      throw MalformedFile(reason: "entries of the archive overlap")
    }
  }
  /// How many entries the directory has, and where it starts.
  private static func directory(_ reader: Reader) throws(MalformedFile) -> (count: Int, start: Int) {
    // A comment of up to 65,535 bytes may stand behind the record.
    var end = reader.bytes.count - 22
    let first = max(0, end - 65_535)
    while end >= first, try reader.number(at: end, UInt32.self) != endOfDirectory { end -= 1 }
    guard end >= first else { throw MalformedFile(reason: "a zip archive without its end") }
    let count = Int(try reader.number(at: end + 10, UInt16.self))
    let start = Int(try reader.number(at: end + 16, UInt32.self))
    guard count == 0xffff || start == 0xffff_ffff, end >= 20 else { return (count, start) }
    let record = try reader.offset(at: end - 20 + 8)
    guard try reader.number(at: record, UInt32.self) == endOfDirectory64 else { return (count, start) }
    return (try reader.offset(at: record + 32), try reader.offset(at: record + 48))
  }

  private static func content(
    _ reader: Reader, _ name: String, _ fields: Fields
  ) throws(MalformedFile) -> Range<Int> {
    guard let header = Int(exactly: fields.header), let size = Int(exactly: fields.compressed),
      try reader.number(at: header, UInt32.self) == localHeader
    else { throw MalformedFile(reason: "the entry '\(name)' is not where the directory says") }
    let begin =
      header + 30 + Int(try reader.number(at: header + 26, UInt16.self))
      + Int(try reader.number(at: header + 28, UInt16.self))
    guard begin <= reader.bytes.count, size <= reader.bytes.count - begin else {
      throw MalformedFile(reason: "the entry '\(name)' ends beyond the file")
    }
    return begin..<begin + size
  }

  /// What a directory entry says of sizes, in 64 bits where 32 do not suffice.
  private struct Fields {
    var size: UInt64
    var compressed: UInt64
    var header: UInt64

    mutating func widen(_ reader: Reader, extra start: Int, _ length: Int) throws(MalformedFile) {
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
    ) throws(MalformedFile) -> Number {
      guard position >= 0, position <= bytes.count - MemoryLayout<Number>.size else {
        throw MalformedFile(reason: "a zip archive that ends too early")
      }
      return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: type))
    }

    func offset(at position: Int) throws(MalformedFile) -> Int {
      guard let offset = Int(exactly: try number(at: position, UInt64.self)) else {
        throw MalformedFile(reason: "a zip archive with an impossible offset")
      }
      return offset
    }

    func text(_ position: Int, _ length: Int) throws(MalformedFile) -> String {
      guard position <= bytes.count - length else {
        throw MalformedFile(reason: "a zip archive that ends too early")
      }
      return String(decoding: bytes[position..<position + length], as: UTF8.self)
    }
  }
}
