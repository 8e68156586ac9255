import Foundation

/// Folders and text files, with this module's errors.
package enum Folder {
  /// The visible entries a test accepts, by name: `9` before `10`.
  package static func list(_ folder: URL, where isWanted: (URL) -> Bool) throws -> [URL] {
    guard isFolder(folder) else { throw DatasetError.missingFolder(path: folder.path) }
    do {
      // By path, which follows a link to a folder where the same call by URL does not.
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .sorted { $0.naturallyPrecedes($1) }.filter { !$0.hasPrefix(".") }.map { folder.appending(path: $0) }
        .filter(isWanted)
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

  /// The names that a file lists, all of them known.
  static func names(in file: URL, among known: [String]) throws -> [String] {
    let names = try text(of: file).split(whereSeparator: \.isWhitespace).map(String.init)
    guard !names.isEmpty else { throw DatasetError.emptyFolder(path: file.path, wanted: "sequence names") }
    if let unknown = names.first(where: { !known.contains($0) }) {
      throw DatasetError.unknownSequence(unknown, known: known)
    }
    return names
  }

  /// The numbers of each line of a file, separated by commas, tabs or spaces; none of an empty line.
  /// - Throws: `DatasetError.badLine` where a line is not `what`: has other than numbers, or as many as don't fit.
  static func rows(of file: URL, _ what: String, fits: (_ count: Int) -> Bool) throws -> [[Double]] {
    var lines = try text(of: file).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return try lines.enumerated().map { index, line in
      let words = line.split { $0 == "," || $0.isWhitespace }
      let numbers = words.compactMap { Double($0) }
      guard words.isEmpty || numbers.count == words.count && fits(words.count) else {
        throw DatasetError.badLine(path: file.path, line: index + 1, reason: "\"\(line)\" is not \(what)")
      }
      return numbers
    }
  }
}
