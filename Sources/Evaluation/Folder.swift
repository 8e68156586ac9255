import Foundation

/// Folders and text files, with this module's errors.
enum Folder {
  /// The visible entries a test accepts, sorted by name.
  static func list(_ folder: URL, where isWanted: (URL) -> Bool) throws -> [URL] {
    guard isFolder(folder) else { throw DatasetError.missingFolder(path: folder.path) }
    do {
      return try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: nil, options: .skipsHiddenFiles
      ).filter(isWanted).sorted { $0.lastPathComponent < $1.lastPathComponent }
    } catch {
      throw DatasetError.inaccessible(path: folder.path, reason: "the folder cannot be listed")
    }
  }

  /// Whether there is a folder at a URL, or a link to one.
  static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }

  static func text(of file: URL) throws -> String {
    do {
      return try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw DatasetError.inaccessible(path: file.path, reason: "the file cannot be read as text")
    }
  }
}
