import Foundation

extension Data {
  /// A file's bytes, mapped rather than copied. Throws a `CheckpointError`, also for what is no file: a pipe would be
  /// waited for.
  init(mapping url: URL) throws(CheckpointError) {
    func unreadable(_ reason: String) -> CheckpointError { .unreadable(file: url.path, reason: reason) }
    let file = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw unreadable(String(cString: strerror(errno))) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw unreadable("it is no file")
    }
    do {
      self = try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw unreadable(error.localizedDescription)
    }
  }
}

/// Why bytes are not what they are taken for; one clause.
struct MalformedFile: Error {
  let reason: String
}
