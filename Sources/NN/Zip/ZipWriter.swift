/// What stands between the contents of a zip archive of uncompressed entries, in the form for any size (zip64).
struct ZipWriter {
  private var position = 0
  private var directory: [UInt8] = []
  private var count = 0

  /// 45 is the version of the format that has zip64; names are UTF-8; no compression; 1 January 1980.
  private static let version: [UInt8] = [45, 0], flags: [UInt8] = [0, 8, 0, 0, 0, 0, 0x21, 0]
  private static let wide = [UInt8](repeating: 0xff, count: 4)

  /// What stands before the next entry's content, which is written in two parts.
  mutating func header(_ name: String, before head: [UInt8], _ rest: UnsafeRawBufferPointer) -> [UInt8] {
    var sum = CRC32()
    head.withUnsafeBytes { sum.add($0) }
    sum.add(rest)
    let size = UInt64(head.count + rest.count).bytes
    let about = Self.version + Self.flags + sum.checksum.bytes + Self.wide + Self.wide
    let length = UInt16(name.utf8.count).bytes
    directory += [0x50, 0x4b, 1, 2] + Self.version + about + length + [28, 0]
    directory += [UInt8](repeating: 0, count: 10) + Self.wide + name.utf8
    directory += [1, 0, 24, 0] + size + size + UInt64(position).bytes
    let header = [0x50, 0x4b, 3, 4] + about + length + [20, 0] + name.utf8 + [1, 0, 16, 0] + size + size
    position += header.count + head.count + rest.count
    count += 1
    return header
  }

  /// The directory, with which the archive ends.
  func end() -> [UInt8] {
    let versions = Self.version + Self.version + [UInt8](repeating: 0, count: 8)
    let counts = UInt64(count).bytes + UInt64(count).bytes
    let end = UInt64(position + directory.count).bytes
    return directory + [0x50, 0x4b, 6, 6] + UInt64(44).bytes + versions + counts
      + UInt64(directory.count).bytes + UInt64(position).bytes
      + [0x50, 0x4b, 6, 7, 0, 0, 0, 0] + end + [1, 0, 0, 0]
      + [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + Self.wide + Self.wide + Self.wide + [0, 0]
  }
}

extension FixedWidthInteger {
  /// Little-endian.
  fileprivate var bytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
