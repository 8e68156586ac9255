import Foundation
import Vision

/// A folder in the layouts of the VOT challenges, 2013 to 2022: a folder for each sequence of `list.txt`, or each that holds
/// `groundtruth.txt`.
///
/// A sequence has its frames in `color/*.jpg`, where its file `sequence` says with `channels.color=…`, or beside the
/// annotation; its regions in `groundtruth.txt`, a line for each frame (`VOTRegion`); whatever was noted of the frames in
/// `NAME.tag` or `NAME.label`, 1 where it holds, such as `occlusion` and `camera_motion`; and numbers in `NAME.value`.
/// One with several targets has `groundtruth_TARGET.txt`: these become `SEQUENCE_TARGET`, as its results are called.
public struct VOTDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences' names.
  public var names: [String] { catalog.names }
  private let catalog: Catalog<(folder: URL, truth: URL)>

  /// Lists a data set.
  /// - Throws: `DatasetError`.
  public init(root: URL) throws {
    self.root = root
    let folders = try Folder.sequences(in: root) { folder in
      Folder.exists(folder.appending(path: "groundtruth.txt")) || !Self.targets(in: folder).isEmpty
    }
    guard !folders.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "folders with groundtruth.txt")
    }
    catalog = Catalog(
      folders.flatMap { folder in
        let (name, targets) = (folder.lastPathComponent, Self.targets(in: folder))
        if targets.isEmpty { return [(name, (folder, folder.appending(path: "groundtruth.txt")))] }
        return targets.map { truth in
          let target = truth.deletingPathExtension().lastPathComponent.dropFirst("groundtruth".count)
          return (name + target, (folder, truth))
        }
      })
  }

  /// The height and width of a sequence's images, as its file `sequence` says, or else the first image that there is; nil
  /// where there is neither.
  public func imageSize(of name: String) throws -> (height: Int, width: Int)? {
    let folder = try catalog[name].folder
    let properties = (try? VOTSequence.properties(folder.appending(path: "sequence"))) ?? [:]
    if let height = properties["height"].flatMap({ Int($0) }),
      let width = properties["width"].flatMap({ Int($0) })
    {
      return (height, width)
    }
    return try? VOTSequence.frames(of: folder, properties).size(0)
  }

  /// Opens a sequence, one target's.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> VOTSequence {
    let place = try catalog[name]
    return try VOTSequence(name, folder: place.folder, truth: place.truth)
  }

  private static func targets(in folder: URL) -> [URL] {
    let files = try? Folder.list(folder) {
      $0.pathExtension == "txt" && $0.lastPathComponent.hasPrefix("groundtruth_")
    }
    return files ?? []
  }
}

/// One target of a VOT challenge.
public struct VOTSequence: BoxAnnotated, FolderSequence {
  /// The folder's name, and the target's where there are several.
  public let name: String
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames with a line in the annotation, from the first on.
  public let annotatedFrames: [Int]
  /// What the annotation has of each of them.
  public let truth: [VOTRegion]
  /// What was noted of the frames, by name: for each frame whether it holds.
  public let tags: [String: [Bool]]
  /// Numbers for each frame by name, such as `anchor`: 1 where VOT 2020 starts trackers forwards, -1 backwards, else 0.
  public let values: [String: [Double]]
  /// What the file `sequence` says, such as `fps`.
  public let properties: [String: String]

  init(_ name: String, folder: URL, truth url: URL) throws {
    self.name = name
    guard Folder.isFolder(folder) else { throw DatasetError.missingFolder(path: folder.path) }
    properties = try Self.properties(folder.appending(path: "sequence"))
    frames = try Self.frames(of: folder, properties)
    truth = try VOTTrajectory(contentsOf: url).entries
    if truth.count > frames.frameCount { try frames.check(truth.count, linesOf: url) }
    annotatedFrames = Array(0..<truth.count)
    let count = frames.frameCount
    func notes<Note>(_ kinds: [String], _ note: (Double) -> Note, none: Note) throws -> [String: [Note]] {
      let files = try Folder.list(folder) { kinds.contains($0.pathExtension) }
      return try files.reduce(into: [:]) { notes, file in
        let lines = try TextFile(file).rows("a number") { $0 == 1 }.map { $0.first.map(note) ?? none }
        // A file may end early.
        notes[file.deletingPathExtension().lastPathComponent] =
          lines.prefix(count) + Array(repeating: none, count: max(0, count - lines.count))
      }
    }
    tags = try notes(["tag", "label"], { $0 == 1 }, none: false)
    values = try notes(["value"], { $0 }, none: 0)
  }

  /// Where the target is; nil where the annotation doesn't know, or the frame has no line.
  public func region(_ frame: Int) -> Region? { truth.indices.contains(frame) ? truth[frame].region : nil }

  fileprivate static func properties(_ file: URL) throws -> [String: String] {
    guard Folder.exists(file) else { return [:] }
    return try TextFile(file).lines.reduce(into: [:]) { properties, line in
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      if parts.count == 2 { properties[parts[0]] = parts[1] }
    }
  }

  fileprivate static func frames(of folder: URL, _ properties: [String: String]) throws -> FrameFolder {
    let channels = properties.keys.filter { $0.hasPrefix("channels.") }.sorted()
    let channel = properties["channels.color"] ?? channels.first.map { properties[$0]! }
    guard let channel else {
      let color = folder.appending(path: "color")
      return try FrameFolder(Folder.isFolder(color) ? color : folder)
    }
    // A folder, or the pattern of its files' names.
    let path = channel.replacing("\\", with: "/")
    return try FrameFolder(
      path.contains("%")
        ? folder.appending(path: path).deletingLastPathComponent() : folder.appending(path: path))
  }
}
