import Foundation
import Vision

/// A folder in the layout of OTB (Wu et al., "Object Tracking Benchmark", TPAMI 2015): frames in `SEQUENCE/img/*.jpg`, and
/// the target's boxes in `SEQUENCE/groundtruth_rect.txt`, one a line, from 1. A sequence with several targets has
/// `groundtruth_rect.1.txt`, `groundtruth_rect.2.txt`, …: these become `SEQUENCE-1`, `SEQUENCE-2`, ….
public struct OTBDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences, by name.
  public let sequences: [OTBSequence]

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL) throws {
    self.root = root
    sequences = try Folder.list(root) { Folder.isFolder($0.appending(path: "img")) }.flatMap { folder in
      let truths = try Folder.list(folder) { $0.lastPathComponent.wholeMatch(of: Self.truth) != nil }
      guard !truths.isEmpty else {
        throw DatasetError.emptyFolder(path: folder.path, wanted: "groundtruth_rect.txt")
      }
      return try truths.map { try OTBSequence(folder, truth: $0) }
    }
    guard !sequences.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "folders with img")
    }
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

  init(_ folder: URL, truth: URL) throws {
    let number = truth.deletingPathExtension().pathExtension
    name = folder.lastPathComponent + (number.isEmpty ? "" : "-\(number)")
    frames = try FrameFolder(folder.appending(path: "img"))
    boxes = try BoxFile(contentsOf: truth, origin: 1).boxes
    let first = name == "David" ? frames.files.firstIndex { $0.lastPathComponent == "0300.jpg" } ?? 0 : 0
    guard first + boxes.count <= frames.frameCount else {
      throw DatasetError.boxCount(path: truth.path, boxes: boxes.count, frames: frames.frameCount - first)
    }
    annotatedFrames = Array(first..<first + boxes.count)
  }

  /// The target's box in a frame; nil where it is absent, or the frame has no line.
  public func region(_ frame: Int) -> Region? {
    let index = frame - (annotatedFrames.first ?? 0)
    return boxes.indices.contains(index) ? boxes[index].map { .box($0) } : nil
  }
}
