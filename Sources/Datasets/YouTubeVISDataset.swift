import Foundation
import Vision

/// A folder in the layout of YouTube-VIS (Yang et al., ICCV 2019), one of its parts such as `train`: frames in
/// `JPEGImages/VIDEO/*.jpg`, and `instances.json` with `videos`, `annotations` that have `segmentations`, one or null for
/// each frame, and `categories`. A part to be tested on has no annotations.
public struct YouTubeVISDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The videos' names.
  public var names: [String] { catalog.names }
  private let catalog: Catalog<Int>
  private let file: InstanceFile

  /// Reads what the file has but for the masks, which are read when they are asked for. `annotations` is the file, where it
  /// isn't `instances.json`.
  /// - Throws: `DatasetError`.
  public init(root: URL, annotations: URL? = nil) throws {
    self.root = root
    let file = try InstanceFile(annotations ?? root.appending(path: "instances.json"))
    self.file = file
    catalog = Catalog(
      file.videos.indices.compactMap { index in
        file.videos[index].files.first.map { (String($0.prefix { $0 != "/" }), index) }
      })
    guard !names.isEmpty else { throw DatasetError.emptyFolder(path: file.path, wanted: "videos") }
  }

  /// Opens a video; whether its frames are there shows when they are read.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> InstanceSequence {
    try InstanceSequence(
      name, file.videos[catalog[name]], of: file, folder: root.appending(path: "JPEGImages"))
  }
}

/// A video of YouTube-VIS, or an image of COCO.
public struct InstanceSequence: MaskAnnotated, FolderSequence {
  /// The video's name.
  public let name: String
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames whose masks are known: all, or none.
  public let annotatedFrames: [Int]
  /// The objects, from 1, in the order of the file.
  public let objects: [Int]
  /// What each object is.
  public let categories: [Int: String]
  private let instances: [InstanceFile.Instance]
  private let file: InstanceFile

  init(_ name: String, _ video: InstanceFile.Video, of file: InstanceFile, folder: URL) throws {
    self.name = name
    self.file = file
    frames = FrameFolder(folder.appending(path: name), files: video.files.map { folder.appending(path: $0) })
    instances = (file.instances[video.id] ?? []).filter { !$0.isCrowd }
    guard instances.count <= 255 else {
      throw DatasetError.inaccessible(
        path: file.path, reason: "\(name) has \(instances.count) objects; at most 255 are read")
    }
    annotatedFrames = file.isAnnotated ? Array(video.files.indices) : []
    objects = Array(instances.indices.map { $0 + 1 })
    categories = Dictionary(
      uniqueKeysWithValues: instances.enumerated().map { ($0 + 1, file.categories[$1.category] ?? "") })
  }

  /// The objects' pixels in a frame; where two are marked, the first one's.
  /// - Throws: `ImageError`, or `DatasetError`, also where a mask is not of the frame's size.
  public func masks(_ frame: Int) throws -> IndexedImage? {
    guard file.isAnnotated else { return nil }
    let size = try size(frame)
    return try file.masks(instances, frame: frame, height: size.height, width: size.width)
  }
}
