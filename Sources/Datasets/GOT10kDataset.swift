import Foundation
import Vision

/// A folder in the layout of GOT-10k (Huang et al., TPAMI 2021): frames in `SEQUENCE/*.jpg`, the target's boxes in
/// `SEQUENCE/groundtruth.txt`, one for each frame (a sequence to be tested on has the first only), and, where they are,
/// `absence.label` and `cover.label`, a number for each frame. The sequences are those of `list.txt`, or all.
public struct GOT10kDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences' names.
  public var names: [String] { catalog.names }
  private let catalog: Catalog<URL>

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL) throws {
    self.root = root
    let folders = try Folder.sequences(in: root) { Folder.exists($0.appending(path: "groundtruth.txt")) }
    guard !folders.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "folders with groundtruth.txt")
    }
    catalog = Catalog(folders.map { ($0.lastPathComponent, $0) })
  }

  /// Opens a sequence.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> GOT10kSequence {
    try GOT10kSequence(catalog[name])
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
    if boxes.count != 1 { try frames.check(boxes.count, linesOf: truth) }
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
    guard Folder.exists(file) else { return nil }
    let labels = try TextFile(file).labels()
    guard labels.count == count else {
      throw DatasetError.inaccessible(path: file.path, reason: "\(labels.count) numbers for \(count) frames")
    }
    return labels
  }
}
