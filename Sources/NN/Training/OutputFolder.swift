import Foundation

/// Makes a folder for results, and finds out now rather than after minutes of work whether it can be written to.
/// - Throws: the file system's error.
public func prepareOutput(folder: URL) throws {
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  let probe = folder.appending(path: ".writable")
  try Data().write(to: probe)
  try FileManager.default.removeItem(at: probe)
}
