import Foundation
import Vision

/// A folder in DAVIS layout: frames in `JPEGImages/480p/SEQUENCE/*.jpg` and a mask for each in
/// `Annotations/480p/SEQUENCE/*.png`.
///
/// Both editions are read: the binary masks of 2016, whose white is object 1, and the palette label maps of
/// 2017, each object by itself. A sequence to be tested on has the mask of its first frame alone.
public struct DAVISDataset: VideoDataset {
  /// The data set's folder.
  public let root: URL
  /// The sequences' names, in the order of the list.
  public var names: [String] { catalog.names }
  private let catalog: Catalog<(frames: URL, annotations: URL)>

  /// Lists a data set.
  ///
  /// `list` names a file under `ImageSets` that says which sequences to take, such as `2017/train`;
  /// without it all are taken.
  /// - Throws: `DatasetError`.
  public init(root: URL, list: String? = nil) throws {
    let frames = root.appending(path: "JPEGImages/480p")
    let annotations = root.appending(path: "Annotations/480p")
    let found = try Folder.list(frames, where: Folder.isFolder).map(\.lastPathComponent)
    guard !found.isEmpty else {
      throw DatasetError.emptyFolder(path: frames.path, wanted: "folders of frames")
    }
    self.root = root
    let names = try list.map {
      try Folder.names(in: root.appending(path: "ImageSets/\($0).txt"), among: found)
    }
    catalog = Catalog(
      (names ?? found).map { ($0, (frames.appending(path: $0), annotations.appending(path: $0))) })
  }

  /// Opens a sequence, each of whose frames must have its annotation.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> DAVISSequence {
    let place = try catalog[name]
    return try DAVISSequence(frames: place.frames, annotations: place.annotations)
  }
}

/// One sequence of a DAVIS data set, read from disk on demand.
public struct DAVISSequence: MaskAnnotated, FolderSequence {
  /// The frames' files.
  public let frames: FrameFolder
  /// The frames with an annotation: all, or the first.
  public let annotatedFrames: [Int]
  /// Where the annotations' files are.
  public var annotationFolder: URL { maps.url }
  private let maps: MaskFolder

  init(frames folder: URL, annotations: URL) throws {
    frames = try FrameFolder(folder)
    maps = try MaskFolder(annotations, of: frames)
    annotatedFrames = maps.annotatedFrames
    // Of a sequence to be tested on, the first frame alone.
    if annotatedFrames != [0] { _ = try FrameFolder(annotations).files(for: frames) }
  }

  /// Decodes a frame's annotation.
  /// - Throws: `ImageError`, or `DatasetError.sizeMismatch` where it is not of the frame's size.
  public func masks(_ frame: Int) throws -> IndexedImage? { try maps.masks(frame) }

  /// The ids seen in any frame, ascending: objects may appear after the first. All annotations are read for it, once.
  /// - Throws: what `masks` throws; `DatasetError.noObjects` where there is none.
  public var objects: [Int] { get throws { try maps.objects } }
}
