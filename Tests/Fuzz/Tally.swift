import Foundation

/// How far the files of a format have come. It is kept in a file that outlives a process which a reader brings down.
struct Tally: BitwiseCopyable {
  /// The first file that was not begun.
  var next = 0
  var read = 0
  var refused = 0
  var faults = 0
  var slowest = 0.0

  /// That of a file; a new one where there is none.
  init(at path: String) {
    guard let data = FileManager.default.contents(atPath: path), data.count == MemoryLayout<Self>.size else {
      return
    }
    self = data.withUnsafeBytes { $0.loadUnaligned(as: Self.self) }
  }

  func write(to file: Int32) { withUnsafeBytes(of: self) { _ = pwrite(file, $0.baseAddress, $0.count, 0) } }
}
