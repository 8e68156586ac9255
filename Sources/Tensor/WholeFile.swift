import Foundation
import Synchronization

/// Writes a file whole or not at all: under a temporary name beside it first, which is then renamed. A process killed in
/// between leaves that temporary file; `removeUnfinished` finds it.
package enum WholeFile {
  /// The system's reason why a file can't be written.
  package struct Failure: Error {
    package let reason: String
  }

  // So that two threads, as two processes, write under different names.
  private static let count = Atomic<Int>(0)

  /// Writes what `body` appends. A durable file, such as a checkpoint, is on the disk when this returns, under its name:
  /// losing power then loses nothing.
  /// - Throws: `Failure`, or what `body` does.
  package static func write(
    to url: URL, isDurable: Bool = false,
    _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let temporary = temporaryPath(for: url)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if file < 0 { throw failure() }
    do {
      defer { close(file) }
      try body { try append($0, to: file) }
      if isDurable && fsync(file) != 0 { throw failure() }
      if rename(temporary, url.path) != 0 { throw failure() }
    } catch {
      unlink(temporary)
      throw error
    }
    if isDurable { synchronize(url.deletingLastPathComponent()) }
  }

  /// A name beside a file to write it under; a new one each time.
  package static func temporaryPath(for url: URL) -> String {
    let number = count.add(1, ordering: .relaxed).newValue
    return url.deletingLastPathComponent()
      .appending(path: ".\(url.lastPathComponent).\(getpid())-\(number).part").path
  }

  /// Writes bytes.
  package static func write(_ bytes: [UInt8], to url: URL, isDurable: Bool = false) throws(Failure) {
    do {
      try write(to: url, isDurable: isDurable) { append in try bytes.withUnsafeBytes(append) }
    } catch {
      throw error as? Failure ?? Failure(reason: "\(error)")
    }
  }

  /// Writes a text.
  package static func write(_ text: String, to url: URL, isDurable: Bool = false) throws(Failure) {
    try write(Array(text.utf8), to: url, isDurable: isDurable)
  }

  private static func append(_ bytes: UnsafeRawBufferPointer, to file: Int32) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Foundation.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw failure() }
      rest = rest.dropFirst(count)
    }
  }

  /// Puts a folder's names on the disk, where its file system can.
  private static func synchronize(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure() -> Failure { Failure(reason: String(cString: strerror(errno))) }

  /// Removes what processes that no longer run left unfinished, in a folder and those inside it.
  package static func removeUnfinished(in folder: URL) {
    for case let file as URL in FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)! {
      guard let match = file.lastPathComponent.wholeMatch(of: #/\..+\.([0-9]+)-[0-9]+\.part/#),
        let process = pid_t(match.1), kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink(file.path)
    }
  }
}
