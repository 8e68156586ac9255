import Datasets
import Foundation
import NN
import Vision

/// The true boxes of some sequences, and the files in which a tracker has its own.
struct BoxResults {
  /// The true boxes, by sequence; nil where there is none.
  let truth: [(name: String, boxes: [Box?])]
  /// What the trackers' files call the first column and row, less what the truth's do.
  let shift: Double

  private static var truthFile: Regex<Substring> { /groundtruth(?:_rect(?:\.[0-9]+)?)?\.txt/ }

  /// Reads `SEQUENCE/groundtruth_rect.txt` (OTB, DTB70; `groundtruth_rect.1.txt` is that of `SEQUENCE-1`),
  /// `SEQUENCE/groundtruth.txt` (LaSOT, GOT-10k), or else `SEQUENCE.txt` (UAV123, TrackingNet).
  init(_ root: URL, shift: Double = 0) throws {
    let folders = try Folder.list(root, where: Folder.isFolder).flatMap { folder in
      try Folder.list(folder) { $0.lastPathComponent.wholeMatch(of: Self.truthFile) != nil }.map { file in
        let target = file.deletingPathExtension().pathExtension
        return (folder.lastPathComponent + (target.isEmpty ? "" : "-\(target)"), file)
      }
    }
    let files = try Folder.list(root) { $0.pathExtension == "txt" }
      .map { ($0.deletingPathExtension().lastPathComponent, $0) }
    let found = folders.isEmpty ? files : folders
    guard !found.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "SEQUENCE/groundtruth_rect.txt or SEQUENCE.txt")
    }
    truth = try found.map { ($0, try BoxFile(contentsOf: $1).boxes) }
    self.shift = shift
  }

  /// A tracker's boxes, one for each true one, by sequence; says which sequences are missing and which files are short.
  func boxes(of tracker: String, in folder: URL) throws -> [(name: String, boxes: [Box?], truth: [Box?])] {
    try truth.compactMap { name, truth in
      guard truth.contains(where: { $0 != nil }) else {
        Program.warn("\(name) has no true box: left out")
        return nil
      }
      let file = folder.appending(path: "\(name).txt")
      guard FileManager.default.fileExists(atPath: file.path) else {
        Program.warn("\(tracker) has no \(name).txt: left out")
        return nil
      }
      return (name, try fitted(BoxFile(contentsOf: file, origin: shift).boxes, to: truth.count, file), truth)
    }
  }

  /// As many boxes as frames: more are cut off, fewer filled up as lost.
  func fitted(_ boxes: [Box?], to count: Int, _ file: URL) -> [Box?] {
    if boxes.count < count {
      Program.warn("\(file.path): \(boxes.count) boxes for \(count) frames: the rest counts as lost")
    }
    return Array(boxes.prefix(count)) + Array(repeating: nil, count: max(0, count - boxes.count))
  }
}
