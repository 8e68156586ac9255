import Foundation
import Tensor

/// Whole files, with the system's own reason when one cannot be read or written.
enum Files {
  static func read(_ url: URL) throws(ImageError) -> [UInt8] {
    func failure() -> ImageError { .unreadable(path: url.path, reason: String(cString: strerror(errno))) }
    guard let file = fopen(url.path, "rb") else { throw failure() }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0 else { throw failure() }
    // The size is only a hint (a pipe has none); one byte more shows the end in the first read.
    let step = max(Int(status.st_size) + 1, 4096)
    var bytes: [UInt8] = []
    while true {
      let piece = [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
        count = fread(buffer.baseAddress, 1, step, file)
      }
      if ferror(file) != 0 { throw failure() }
      if bytes.isEmpty { bytes = piece } else { bytes += piece }
      if piece.count < step { return bytes }
    }
  }

  /// Writes under a temporary name that is then renamed, so that no reader meets half a file.
  static func write(_ bytes: [UInt8], to url: URL) throws(ImageError) {
    do throws(WholeFile.Failure) {
      try WholeFile.write(bytes, to: url)
    } catch {
      throw .unwritable(path: url.path, reason: error.reason)
    }
  }
}
