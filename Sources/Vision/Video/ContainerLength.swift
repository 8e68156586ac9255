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
      func number(_ bytes: Range<Int>) -> UInt64 { head[bytes].reduce(0) { $0 << 8 | UInt64($1) } }
      let length = number(0..<4) == 1 ? number(8..<16) : number(0..<4)
      // The last may go on to the end, wherever that is; others have a head at least.
      guard length >= 8 else { return false }
      if length > size - offset { return true }
      offset += Int(length)
    }
    return false
  }
}
