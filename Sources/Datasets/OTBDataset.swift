import Foundation
import Vision

/// A folder in the layout of OTB (Wu et al., "Object Tracking Benchmark", TPAMI 2015): frames in `SEQUENCE/img/*.jpg`, and
/// the target's boxes in `SEQUENCE/groundtruth_rect.txt`, one a line, from 1. A sequence with several targets has
/// `groundtruth_rect.1.txt`, `groundtruth_rect.2.txt`, …: these become `SEQUENCE-1`, `SEQUENCE-2`, ….
public struct OTBDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences' names.
  public var names: [String] { catalog.names }
  private let catalog: Catalog<(folder: URL, truth: URL)>

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL) throws {
    self.root = root
    catalog = Catalog(
      try Folder.list(root) { Folder.isFolder($0.appending(path: "img")) }.flatMap { folder in
        let name = folder.lastPathComponent
        // One of Human4's is empty.
        let files = try? Folder.list(folder) { $0.lastPathComponent.wholeMatch(of: Self.truth) != nil }
        var truths = files ?? []
        if truths.count > 1 { truths.removeAll { (try? TextFile($0).lines.isEmpty) == true } }
        if truths.isEmpty { return [(name, (folder, folder.appending(path: "groundtruth_rect.txt")))] }
        return truths.map { truth in
          let target = truth.deletingPathExtension().pathExtension
          return (name + (target.isEmpty ? "" : "-\(target)"), (folder, truth))
        }
      })
    guard !names.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "folders with img")
    }
  }

  /// Opens a sequence, one target's.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> OTBSequence {
    let place = try catalog[name]
    return try OTBSequence(name, frames: place.folder.appending(path: "img"), truth: place.truth)
  }

  private static var truth: Regex<(Substring, Substring?)> { /groundtruth_rect(?:\.(\d+))?\.txt/ }
}

/// One target of an OTB data set.
public struct OTBSequence: BoxAnnotated, FolderSequence {
  /// The folder's name, and the target's number where there are several.
  public let name: String
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames with a line in the file of boxes: the first ones, but in David, whose boxes start at frame 300.
  public let annotatedFrames: [Int]
  private let boxes: [Box?]

  init(_ name: String, frames folder: URL, truth: URL) throws {
    self.name = name
    frames = try FrameFolder(folder)
    boxes = try BoxFile(contentsOf: truth, origin: 1).boxes
    let first = name == "David" ? frames.files.firstIndex { $0.lastPathComponent == "0300.jpg" } ?? 0 : 0
    if first + boxes.count > frames.frameCount { try frames.check(first + boxes.count, linesOf: truth) }
    annotatedFrames = Array(first..<first + boxes.count)
  }

  /// The target's box in a frame; nil where it is absent, or the frame has no line.
  public func region(_ frame: Int) -> Region? {
    let index = frame - (annotatedFrames.first ?? 0)
    return boxes.indices.contains(index) ? boxes[index].map { .box($0) } : nil
  }
}
