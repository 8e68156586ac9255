import Foundation
import Vision

/// A folder in the layout of UAV123 (Mueller et al., ECCV 2016): the target's boxes in `anno/UAV123/SEQUENCE.txt`, NaNs where
/// it is hidden or outside, and frames in `data_seq/UAV123/VIDEO/*.jpg`. Several sequences may be parts of one video, as
/// `bird1_1` and `bird1_2` are of `bird1`; where they start the benchmark's configuration says.
public struct UAV123Dataset: VideoDataset {
  /// Which sequences.
  public enum Edition: String, Sendable {
    /// 123 short ones.
    case uav123 = "UAV123"
    /// 20 long ones, whole videos.
    case uav20L = "UAV20L"
  }

  /// The data set's folder.
  public let root: URL
  /// The sequences' names.
  public let names: [String]
  private let annotations: URL
  private let videos: URL

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL, edition: Edition = .uav123) throws {
    self.root = root
    annotations = root.appending(path: "anno/\(edition.rawValue)")
    let own = root.appending(path: "data_seq/\(edition.rawValue)")
    videos = Folder.isFolder(own) ? own : root.appending(path: "data_seq/UAV123")
    names = try Folder.list(annotations) { $0.pathExtension == "txt" }
      .map { $0.deletingPathExtension().lastPathComponent }
    guard !names.isEmpty else {
      throw DatasetError.emptyFolder(path: annotations.path, wanted: "SEQUENCE.txt")
    }
  }

  /// Opens a sequence.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> UAV123Sequence {
    guard names.contains(name) else { throw DatasetError.unknownSequence(name, known: names) }
    let part = name.firstMatch(of: /_\d+$/)
    let whole = videos.appending(path: name)
    let video =
      part == nil || Folder.isFolder(whole) ? whole : videos.appending(path: name.dropLast(part!.0.count))
    return try UAV123Sequence(
      name, video: video, firstFrame: video == whole ? 1 : Self.firstFrames[name] ?? 1,
      truth: annotations.appending(path: "\(name).txt"))
  }

  /// Where parts of videos start that don't at frame 1.
  private static let firstFrames = [
    "bird1_2": 775, "bird1_3": 1573, "car1_2": 751, "car1_3": 1627, "car6_2": 487, "car6_3": 1807,
    "car6_4": 2953,
    "car6_5": 3925, "car8_2": 1357, "car16_2": 415, "group1_2": 1333, "group1_3": 2515, "group1_4": 3925,
    "group2_2": 907, "group2_3": 1771, "group3_2": 1567, "group3_3": 2827, "group3_4": 4369,
    "person2_2": 1189,
    "person4_2": 1501, "person5_2": 877, "person7_2": 1249, "person8_2": 1075, "person12_2": 601,
    "person14_2": 847,
    "person14_3": 1813, "person17_2": 1501, "person19_2": 1243, "person19_3": 2791, "truck4_2": 577,
    "uav1_2": 1555,
    "uav1_3": 2473,
  ]
}

/// One sequence of UAV123.
public struct UAV123Sequence: BoxAnnotated, FolderSequence {
  /// The sequence's name.
  public let name: String
  /// The frames' files, those of the sequence alone.
  public let frames: FrameFolder
  private let boxes: [Box?]

  init(_ name: String, video: URL, firstFrame: Int, truth: URL) throws {
    self.name = name
    boxes = try BoxFile(contentsOf: truth).boxes
    frames = try FrameFolder(video).part(from: firstFrame, count: boxes.count, linesOf: truth)
  }

  /// The target's box in a frame; nil where it is hidden or outside.
  public func region(_ frame: Int) -> Region? { boxes[frame].map { .box($0) } }
}
