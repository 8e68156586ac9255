import Foundation

extension Data {
  /// A file's bytes, mapped rather than copied. Throws a `CheckpointError`.
  init(mapping url: URL) throws(CheckpointError) {
    do {
      self = try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw .unreadable(file: url.path, reason: error.localizedDescription)
    }
  }
}

/// Why bytes are not what they are taken for; one clause.
struct MalformedFile: Error {
  let reason: String
}
