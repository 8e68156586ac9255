import Foundation

/// Folders and text files, with this module's errors.
enum Folder {
  /// The visible entries a test accepts, sorted by name.
  static func list(_ folder: URL, where isWanted: (URL) -> Bool) throws -> [URL] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw DatasetError.missingFolder(path: folder.path)
    }
    do {
      return try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles
      ).filter(isWanted).sorted { $0.lastPathComponent < $1.lastPathComponent }
    } catch {
      throw DatasetError.inaccessible(path: folder.path, reason: "the folder cannot be listed")
    }
  }

  static func text(of file: URL) throws -> String {
    do {
      return try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw DatasetError.inaccessible(path: file.path, reason: "the file cannot be read as text")
    }
  }
}
