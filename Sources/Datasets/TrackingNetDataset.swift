import Foundation
import Vision

/// A folder in the layout of TrackingNet (Müller et al., ECCV 2018): frames in `frames/VIDEO/0.jpg`, `1.jpg`, …, and the
/// target's boxes in `anno/VIDEO.txt`, one for each frame, of the test set the first only.
public struct TrackingNetDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences' names.
  public let names: [String]

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL) throws {
    self.root = root
    let annotations = root.appending(path: "anno")
    names = try Folder.list(annotations) { $0.pathExtension == "txt" }
      .map { $0.deletingPathExtension().lastPathComponent }
    guard !names.isEmpty else {
      throw DatasetError.emptyFolder(path: annotations.path, wanted: "VIDEO.txt")
    }
  }

  /// Opens a video.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> TrackingNetSequence {
    let truth = root.appending(path: "anno/\(name).txt")
    guard Folder.exists(truth) else { throw DatasetError.unknownSequence(name, known: names) }
    return try TrackingNetSequence(root.appending(path: "frames/\(name)"), truth: truth)
  }
}

/// One video of TrackingNet.
public struct TrackingNetSequence: BoxAnnotated, FolderSequence {
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames with a box: all, or the first.
  public let annotatedFrames: [Int]
  private let boxes: [Box?]

  init(_ folder: URL, truth: URL) throws {
    frames = try FrameFolder(folder)
    boxes = try BoxFile(contentsOf: truth).boxes
    if boxes.count != 1 { try frames.check(boxes.count, linesOf: truth) }
    annotatedFrames = Array(0..<boxes.count)
  }

  /// The target's box in a frame; nil where the frame has none.
  public func region(_ frame: Int) -> Region? {
    boxes.indices.contains(frame) ? boxes[frame].map { .box($0) } : nil
  }
}
