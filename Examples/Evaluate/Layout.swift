import ArgumentParser
import Datasets
import Foundation

/// The layouts of data sets that `run` takes.
enum Layout: String, CaseIterable, ExpressibleByArgument {
  case otb, got10k, trackingnet, vot, davis

  /// The layout that a folder looks like.
  init(of root: URL) throws {
    func has(_ path: String, in folder: URL? = nil) -> Bool {
      FileManager.default.fileExists(atPath: (folder ?? root).appending(path: path).path)
    }
    let folders = try Folder.list(root, where: Folder.isFolder)
    func some(_ path: String) -> Bool { folders.contains { has(path, in: $0) } }
    if has("JPEGImages/480p") {
      self = .davis
    } else if has("frames") && has("anno") {
      self = .trackingnet
    } else if some("img") {
      self = .otb
    } else if some("color") {
      self = .vot
    } else if some("groundtruth.txt") {
      self = .got10k
    } else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "data set of a known layout: say --layout")
    }
  }
}
