import Foundation

/// Folders and text files, with this module's errors.
package enum Folder {
  /// The visible entries a test accepts, sorted by name.
  package static func list(_ folder: URL, where isWanted: (URL) -> Bool) throws -> [URL] {
    guard isFolder(folder) else { throw DatasetError.missingFolder(path: folder.path) }
    do {
      // By path, which follows a link to a folder where the same call by URL does not.
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        .filter { !$0.hasPrefix(".") }.map { folder.appending(path: $0) }.filter(isWanted)
    } catch {
      throw DatasetError.inaccessible(path: folder.path, reason: "the folder cannot be listed")
    }
  }

  /// Whether there is a folder at a URL, or a link to one.
  package static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }

  package static func text(of file: URL) throws -> String {
    do {
      return try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw DatasetError.inaccessible(path: file.path, reason: "the file cannot be read as text")
    }
  }
}
