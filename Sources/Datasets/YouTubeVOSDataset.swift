import Foundation
import Vision

/// A folder in the layout of YouTube-VOS (Xu et al., ECCV 2018), one of its parts such as `train`: frames in
/// `JPEGImages/VIDEO/*.jpg`, label maps for some of them in `Annotations/VIDEO/*.png`, and `meta.json`, which says of each
/// video's objects what they are and in which frames they are annotated. Without that file the label maps tell.
public struct YouTubeVOSDataset: VideoDataset {
  /// What `meta.json` has of an object.
  public struct Object: Sendable, Equatable {
    /// What it is.
    public var category = ""
    /// The names of the frames in which it is annotated, from the first it appears in.
    public var frames: [String] = []
  }

  /// The data set's folder.
  public let root: URL
  /// The videos' names.
  public let names: [String]
  /// What `meta.json` says that its objects are.
  public var categories: Set<String> { Set(objects.values.flatMap(\.values).map(\.category)) }
  private let objects: [String: [Int: Object]]

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL) throws {
    self.root = root
    let meta = root.appending(path: "meta.json")
    let frames = root.appending(path: "JPEGImages")
    objects = Folder.exists(meta) ? try JSONFile(meta).read { try Self.objects(&$0) } : [:]
    let listed = objects.keys.sorted { $0.naturallyPrecedes($1) }
    names = listed.isEmpty ? try Folder.list(frames, where: Folder.isFolder).map(\.lastPathComponent) : listed
    guard !names.isEmpty else {
      throw DatasetError.emptyFolder(path: frames.path, wanted: "folders of frames")
    }
  }

  /// Opens a video.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> YouTubeVOSSequence {
    guard objects[name] != nil || objects.isEmpty && names.contains(name) else {
      throw DatasetError.unknownSequence(name, known: names)
    }
    return try YouTubeVOSSequence(
      frames: root.appending(path: "JPEGImages/\(name)"),
      annotations: root.appending(path: "Annotations/\(name)"), details: objects[name] ?? [:])
  }

  private static func objects(_ cursor: inout JSONCursor) throws -> [String: [Int: Object]] {
    var videos: [String: [Int: Object]] = [:]
    try cursor.members { key, cursor in
      guard key == "videos" else { return }
      try cursor.members { video, cursor in
        videos[video] = [:]
        try cursor.members { key, cursor in
          guard key == "objects" else { return }
          try cursor.members { id, cursor in
            guard let id = Int(id), (1...255).contains(id) else {
              throw cursor.failure("object '\(id)' before this: objects are 1 to 255")
            }
            videos[video]![id] = try object(&cursor)
          }
        }
      }
    }
    return videos
  }

  private static func object(_ cursor: inout JSONCursor) throws -> Object {
    var object = Object()
    try cursor.members { key, cursor in
      switch key {
      case "category": object.category = try cursor.string()
      case "frames": try cursor.elements { object.frames.append(try $0.string()) }
      default: break
      }
    }
    return object
  }
}

/// One video of YouTube-VOS.
public struct YouTubeVOSSequence: MaskAnnotated, FolderSequence {
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames with a label map: each fifth or so; of a video to be tested on, those in which an object appears.
  public let annotatedFrames: [Int]
  /// What `meta.json` has of the objects.
  public let details: [Int: YouTubeVOSDataset.Object]
  private let maps: MaskFolder

  init(frames folder: URL, annotations: URL, details: [Int: YouTubeVOSDataset.Object]) throws {
    frames = try FrameFolder(folder)
    maps = try MaskFolder(annotations, of: frames)
    annotatedFrames = maps.annotatedFrames
    self.details = details
  }

  /// Decodes a frame's label map.
  /// - Throws: `ImageError`, or `DatasetError.sizeMismatch` where it is not of the frame's size.
  public func masks(_ frame: Int) throws -> IndexedImage? { try maps.masks(frame) }

  /// The objects of `meta.json`, or those that the label maps show, ascending.
  /// - Throws: what `masks` throws; `DatasetError.noObjects` where there is none.
  public var objects: [Int] { get throws { try details.isEmpty ? maps.objects : details.keys.sorted() } }
}
