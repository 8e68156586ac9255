import Datasets
import Foundation
import Vision

/// The true boxes of a sequence, and what its benchmark says of it.
struct TrueBoxes {
  let name: String
  /// Of each annotated frame; nil where there is none, or the target is absent.
  let boxes: [Box?]
  /// What is difficult about the sequence.
  let attributes: [String]
  /// Whether its benchmark divides by all frames, those without the target too, as UAV123 and LaSOT do.
  let countsAbsent: Bool

  /// Where the boxes of a data set's sequences are: `SEQUENCE/groundtruth_rect.txt` (OTB, DTB70; `groundtruth_rect.1.txt` is
  /// that of `SEQUENCE-1`), `SEQUENCE/groundtruth.txt` (GOT-10k), in folders of classes too (LaSOT), `SEQUENCE/30` (NFS), or
  /// else `SEQUENCE.txt` (TrackingNet, LaSOT's toolkit), of UAV123 in `anno/UAV123`.
  static func readers(in root: URL) throws -> [() throws -> TrueBoxes] {
    let folders = try Folder.list(root, where: Folder.isFolder)
    let found = try folders.flatMap { folder in
      let own = try truths(in: folder)
      return own.isEmpty ? try Folder.list(folder, where: Folder.isFolder).flatMap(truths) : own
    }
    if !found.isEmpty { return found.map { place in { try TrueBoxes(place.name, file: place.file) } } }
    if folders.contains(where: { Folder.isFolder($0.appending(path: "30")) }) {
      let dataset = try NFSDataset(root: root)
      return dataset.names.map { name in
        {
          let sequence = try dataset.sequence(name)
          let boxes = sequence.annotatedFrames.map { sequence.region($0)?.boundingBox }
          return TrueBoxes(name: name, boxes: boxes, attributes: [], countsAbsent: false)
        }
      }
    }
    let annotations = ["anno/UAV123", "anno/UAV20L"].map { root.appending(path: $0) }.first(
      where: Folder.isFolder)
    let folder = annotations ?? root
    let isUAV = ["UAV123", "UAV20L"].contains(folder.lastPathComponent)
    let files = try Folder.list(folder) { $0.pathExtension == "txt" }
    guard !files.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "SEQUENCE/groundtruth_rect.txt or SEQUENCE.txt")
    }
    return files.map { file in
      { try TrueBoxes(file.deletingPathExtension().lastPathComponent, file: file, countsAbsent: isUAV) }
    }
  }

  private static var truthFile: Regex<Substring> { /groundtruth(?:_rect(?:\.[0-9]+)?)?\.txt/ }

  private static func truths(in folder: URL) throws -> [(name: String, file: URL)] {
    try Folder.list(folder) { $0.lastPathComponent.wholeMatch(of: truthFile) != nil }.map { file in
      let target = file.deletingPathExtension().pathExtension
      return (folder.lastPathComponent + (target.isEmpty ? "" : "-\(target)"), file)
    }
  }
}

extension TrueBoxes {
  private init(_ name: String, file: URL, countsAbsent: Bool = false) throws {
    self.name = name
    let all = try BoxFile(contentsOf: file).boxes
    let flags = try AbsenceFlags(beside: file, count: all.count)
    boxes = flags.map { zip(all, $0.isAbsent).map { $1 ? nil : $0 } } ?? all
    self.countsAbsent = countsAbsent || flags != nil
    let attributes = file.deletingLastPathComponent().appending(path: "att/\(name).txt")
    self.attributes =
      FileManager.default.fileExists(atPath: attributes.path)
      ? try SequenceAttributes(contentsOf: attributes).names : []
  }
}
