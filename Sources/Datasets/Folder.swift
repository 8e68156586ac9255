import Foundation

/// Folders, with this module's errors.
package enum Folder {
  /// The visible entries a test accepts, by name: `9` before `10`. A name that isn't UTF-8 can't be opened: it is listed, so
  /// that what opens it says so.
  package static func list(_ folder: URL, where isWanted: (URL) -> Bool) throws -> [URL] {
    guard isFolder(folder) else { throw DatasetError.missingFolder(path: folder.path) }
    do {
      // By path, which follows a link to a folder where the same call by URL does not.
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .sorted { $0.naturallyPrecedes($1) }.filter { !$0.hasPrefix(".") }.map { folder.appending(path: $0) }
        .filter { isWanted($0) || $0.pathExtension.isEmpty && $0.path.contains("\u{fffd}") && !exists($0) }
    } catch {
      throw DatasetError.inaccessible(path: folder.path, reason: "the folder cannot be listed")
    }
  }

  /// Whether there is a folder at a URL, or a link to one.
  package static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Whether there is something at a URL.
  static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

  /// The folders of a data set's sequences: those that its `list.txt` names, or else those that are accepted.
  static func sequences(in root: URL, where isSequence: (URL) -> Bool) throws -> [URL] {
    let listed = root.appending(path: "list.txt")
    guard exists(listed) else { return try list(root) { isFolder($0) && isSequence($0) } }
    return try TextFile(listed).names.map { root.appending(path: $0) }
  }

  /// The names that a file lists, all of them known.
  static func names(in file: URL, among known: [String]) throws -> [String] {
    let names = try TextFile(file).names
    guard !names.isEmpty else { throw DatasetError.emptyFolder(path: file.path, wanted: "sequence names") }
    if let unknown = names.first(where: { !known.contains($0) }) {
      throw DatasetError.unknownSequence(unknown, known: known)
    }
    return names
  }
}
