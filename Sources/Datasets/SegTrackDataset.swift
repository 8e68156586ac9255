import Foundation
import Vision

/// A folder in the layout of SegTrack v2 (Li et al., ICCV 2013): frames in `JPEGImages/SEQUENCE`, PNG or BMP, and masks of
/// the same names, of whichever of the two formats, in `GroundTruth/SEQUENCE`, or in `GroundTruth/SEQUENCE/1`, `2`, … where
/// there are several objects. Frames without a mask are not annotated.
public struct SegTrackDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences' names.
  public let names: [String]

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL) throws {
    self.root = root
    let truth = root.appending(path: "GroundTruth")
    names = try Folder.list(truth, where: Folder.isFolder).map(\.lastPathComponent)
    guard !names.isEmpty else { throw DatasetError.emptyFolder(path: truth.path, wanted: "folders of masks") }
  }

  /// Opens a sequence.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> SegTrackSequence {
    guard names.contains(name) else { throw DatasetError.unknownSequence(name, known: names) }
    return try SegTrackSequence(
      frames: root.appending(path: "JPEGImages/\(name)"), truth: root.appending(path: "GroundTruth/\(name)"))
  }
}

/// One sequence of SegTrack v2.
public struct SegTrackSequence: MaskAnnotated, FolderSequence {
  /// The frames' files.
  public let frames: FrameFolder
  /// The objects, from 1.
  public let objects: [Int]
  /// The frames that all objects have a mask for.
  public let annotatedFrames: [Int]
  private let masks: [MaskFolder]

  init(frames folder: URL, truth: URL) throws {
    let frames = try FrameFolder(folder)
    let numbered = try Folder.list(truth) { Folder.isFolder($0) && Int($0.lastPathComponent) != nil }
    guard numbered.count <= 255 else {
      throw DatasetError.inaccessible(
        path: truth.path, reason: "\(numbered.count) objects; at most 255 are read")
    }
    let masks = try (numbered.isEmpty ? [truth] : numbered).map { try MaskFolder($0, of: frames) }
    (self.frames, self.masks) = (frames, masks)
    objects = Array(1...masks.count)
    annotatedFrames = (0..<frames.frameCount).filter { frame in masks.allSatisfy { $0.files[frame] != nil } }
  }

  /// The objects' pixels; where two are marked, the first one's.
  /// - Throws: `ImageError`, or `DatasetError.sizeMismatch`.
  public func masks(_ frame: Int) throws -> IndexedImage? {
    let maps = try masks.map { try $0.masks(frame) }
    guard let first = maps.first??.indices, !maps.contains(where: { $0 == nil }) else { return nil }
    var labels = [UInt8](repeating: 0, count: first.count)
    for (number, map) in maps.enumerated().reversed() {
      for (pixel, value) in map!.indices.enumerated() where value != 0 { labels[pixel] = UInt8(number + 1) }
    }
    return IndexedImage(height: maps[0]!.height, width: maps[0]!.width, indices: labels)
  }
}
