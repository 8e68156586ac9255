import Foundation

/// Finds files that were cut off: whose outermost boxes (MP4, MOV) or chunks (AVI) are said to go on behind the end.
enum ContainerLength {
  static func isShort(_ url: URL, size: Int) -> Bool {
    guard let file = fopen(url.path, "rb") else { return false }
    defer { fclose(file) }
    func bytes(at offset: Int) -> [UInt8]? {
      var bytes = [UInt8](repeating: 0, count: 16)
      guard fseek(file, offset, SEEK_SET) == 0 else { return nil }
      let count = fread(&bytes, 1, 16, file)
      return count >= 8 ? bytes : nil
    }
    guard let head = bytes(at: 0) else { return false }
    let kind = String(decoding: head[4..<8], as: UTF8.self)
    if head.starts(with: Array("RIFF".utf8)) {
      let length = head[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      // Of a file that was written to a pipe nobody knew it.
      return length != 0 && length != 0xFFFF_FFFF && 8 + length > size
    }
    guard ["ftyp", "moov", "mdat", "wide"].contains(kind) else { return false }
    var offset = 0
    while offset < size, let head = bytes(at: offset) {
      var length = head[..<4].reduce(0) { $0 << 8 | Int($1) }
      if length == 1 { length = head[8..<16].reduce(0) { $0 << 8 | Int($1 & 0x7F) } }
      // The last may go on to the end, whatever that is.
      if length == 0 { return false }
      guard length >= 8 else { return false }
      if length > size - offset { return true }
      offset += length
    }
    return false
  }
}
