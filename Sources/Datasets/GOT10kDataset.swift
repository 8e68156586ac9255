import Foundation
import Vision

/// A folder in the layout of GOT-10k (Huang et al., TPAMI 2021): frames in `SEQUENCE/*.jpg`, the target's boxes in
/// `SEQUENCE/groundtruth.txt`, one for each frame (a sequence to be tested on has the first only), and, where they are,
/// `absence.label` and `cover.label`, a number for each frame.
public struct GOT10kDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences, by name.
  public let sequences: [GOT10kSequence]

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL) throws {
    self.root = root
    sequences = try Folder.list(root) {
      FileManager.default.fileExists(atPath: $0.appending(path: "groundtruth.txt").path)
    }.map(GOT10kSequence.init)
    guard !sequences.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "folders with groundtruth.txt")
    }
  }
}

/// One sequence of GOT-10k.
public struct GOT10kSequence: BoxAnnotated, FolderSequence {
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames with a box: all, or the first.
  public let annotatedFrames: [Int]
  /// How much of the target can be seen in each frame, in eighths: 0, nothing, to 8; 8 where the data set doesn't say.
  public let cover: [Int]
  private let boxes: [Box?]
  private let isAbsent: [Bool]

  init(_ folder: URL) throws {
    frames = try FrameFolder(folder)
    let count = frames.frameCount
    let truth = folder.appending(path: "groundtruth.txt")
    boxes = try BoxFile(contentsOf: truth).boxes
    guard boxes.count == count || boxes.count == 1 else {
      throw DatasetError.boxCount(path: truth.path, boxes: boxes.count, frames: count)
    }
    annotatedFrames = Array(0..<boxes.count)
    isAbsent =
      try Self.labels("absence.label", in: folder, count)?.map { $0 != 0 }
      ?? Array(repeating: false, count: count)
    cover = try Self.labels("cover.label", in: folder, count) ?? Array(repeating: 8, count: count)
  }

  /// The target's box in a frame; nil where it is absent, or the frame has none.
  public func region(_ frame: Int) -> Region? {
    boxes.indices.contains(frame) && !isAbsent[frame] ? boxes[frame].map { .box($0) } : nil
  }

  /// The box as the file has it, also where the target is absent.
  public func box(_ frame: Int) -> Box? { boxes.indices.contains(frame) ? boxes[frame] : nil }

  private static func labels(_ name: String, in folder: URL, _ count: Int) throws -> [Int]? {
    let file = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let rows = try Folder.rows(of: file, "a number") { $0 == 1 }
    guard rows.count == count, rows.allSatisfy({ !$0.isEmpty && $0[0].isFinite && abs($0[0]) < 256 }) else {
      throw DatasetError.inaccessible(path: file.path, reason: "\(rows.count) numbers for \(count) frames")
    }
    return rows.map { Int($0[0]) }
  }
}
