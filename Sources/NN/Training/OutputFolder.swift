import Foundation
import Tensor

/// A folder for results, made where it is missing, and held for as long as the value lives: one program at a time writes
/// there.
public final class OutputFolder: Sendable {
  /// Where it is.
  public let url: URL
  private let descriptor: Int32

  /// Makes a folder, finds out now rather than after hours of work whether it can be written to, and removes what killed
  /// programs left unfinished there.
  /// - Throws: `OutputFolderError`, also where another program holds the folder.
  public init(_ url: URL) throws(OutputFolderError) {
    self.url = url
    var failure: POSIXError?
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      failure = (error as? CocoaError)?.underlying as? POSIXError
    }
    descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(failure?.code.rawValue ?? errno))
      throw OutputFolderError(path: url.path, reason: "the folder can't be made: \(reason)")
    }
    // File systems without locks hold nobody off.
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      throw OutputFolderError(path: url.path, reason: "the folder is taken: another program is writing there")
    }
    WholeFile.removeUnfinished(in: url)
    let probe = url.appending(path: ".writable")
    do throws(WholeFile.Failure) {
      try WholeFile.write("", to: probe)
      unlink(probe.path)
    } catch {
      throw OutputFolderError(path: url.path, reason: error.reason)
    }
  }

  /// A folder that the first of a group of processes holds for all; it does as `init(_:)` does, the others wait for it.
  /// - Throws: `OutputFolderError`, and what `group` does.
  public convenience init(_ url: URL, in group: any ProcessGroup) throws {
    if group.rank == 0 { try self.init(url) } else { self.init(heldElsewhere: url) }
    _ = try group.sums([0], of: "the folder of results")
  }

  private init(heldElsewhere url: URL) { (self.url, descriptor) = (url, -1) }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The URL of a file inside.
  public func file(_ name: String) -> URL { url.appending(path: name) }
}

/// A folder that can't be written to; the description is one line.
public struct OutputFolderError: Error, CustomStringConvertible, Sendable {
  let path: String
  let reason: String

  /// What is wrong.
  public var description: String { "can't write to \(path): \(reason)" }
}
