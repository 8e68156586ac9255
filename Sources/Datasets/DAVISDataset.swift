import Foundation
import Vision

/// A folder in DAVIS layout: frames in `JPEGImages/480p/SEQUENCE/*.jpg` and a mask for each in
/// `Annotations/480p/SEQUENCE/*.png`.
///
/// Both editions are read: the binary masks of 2016, whose white is object 1, and the palette label maps of
/// 2017, each object by itself.
public struct DAVISDataset: Sendable {
  /// The data set's folder.
  public let root: URL
  /// The sequences, by name.
  public let sequences: [DAVISSequence]

  /// Lists a data set and checks that it is whole: each frame has its annotation, and each sequence an object.
  ///
  /// `list` names a file under `ImageSets` that says which sequences to take, such as `2017/train`;
  /// without it all are taken.
  /// - Throws: `DatasetError`; `ImageError` where a sequence's first image or annotation cannot be decoded.
  public init(root: URL, list: String? = nil) throws {
    let frames = root.appending(path: "JPEGImages/480p")
    let annotations = root.appending(path: "Annotations/480p")
    let found = try Folder.list(frames, where: Folder.isFolder)
    guard !found.isEmpty else {
      throw DatasetError.emptyFolder(path: frames.path, wanted: "folders of frames")
    }
    var names = found.map(\.lastPathComponent)
    if let list {
      let wanted = try Self.names(in: root.appending(path: "ImageSets/\(list).txt"))
      if let unknown = wanted.first(where: { !names.contains($0) }) {
        throw DatasetError.unknownSequence(unknown, known: names)
      }
      names = wanted
    }
    self.root = root
    sequences = try names.map {
      try DAVISSequence(frames: frames.appending(path: $0), annotations: annotations.appending(path: $0))
    }
  }

  /// The sequence of a name.
  /// - Throws: `DatasetError.unknownSequence`.
  public func sequence(_ name: String) throws -> DAVISSequence {
    guard let sequence = sequences.first(where: { $0.name == name }) else {
      throw DatasetError.unknownSequence(name, known: sequences.map(\.name))
    }
    return sequence
  }

  private static func names(in file: URL) throws -> [String] {
    let names = try Folder.text(of: file).split(whereSeparator: \.isWhitespace).map(String.init)
    guard !names.isEmpty else { throw DatasetError.emptyFolder(path: file.path, wanted: "sequence names") }
    return names
  }
}

/// One sequence of a DAVIS data set, read from disk on demand.
public struct DAVISSequence: VideoSequence {
  /// The folder's name.
  public let name: String
  /// The width of the frames, in pixels.
  public let width: Int
  /// The height of the frames, in pixels.
  public let height: Int
  /// The objects of the first annotation, ascending.
  public let objects: [Int]
  /// The frames' files, in order.
  public let frames: [URL]
  /// The annotations' files, one for each frame.
  public let annotations: [URL]

  /// The number of frames.
  public var frameCount: Int { frames.count }

  init(frames folder: URL, annotations annotationFolder: URL) throws {
    name = folder.lastPathComponent
    frames = try Folder.list(folder) { ["jpg", "jpeg"].contains($0.pathExtension.lowercased()) }
    guard let first = frames.first else {
      throw DatasetError.emptyFolder(path: folder.path, wanted: "JPEG frames")
    }
    let there = Set(try Folder.list(annotationFolder) { $0.pathExtension == "png" }.map(\.lastPathComponent))
    annotations = try frames.map { frame in
      let file = frame.deletingPathExtension().lastPathComponent + ".png"
      let annotation = annotationFolder.appending(path: file)
      guard there.contains(file) else {
        throw DatasetError.missingAnnotation(frame: frame.path, annotation: annotation.path)
      }
      return annotation
    }
    let image = try Image(contentsOf: first, as: .rgb)
    (width, height) = (image.width, image.height)
    objects = try IndexedImage.annotation(contentsOf: annotations[0]).objects
    if objects.isEmpty { throw DatasetError.noObjects(path: annotations[0].path) }
  }

  /// Decodes a frame.
  /// - Throws: `ImageError`, or `DatasetError.sizeMismatch` where it is not as large as the first.
  public func image(_ frame: Int) throws -> Image {
    let image = try Image(contentsOf: frames[frame], as: .rgb)
    try check(image.width, image.height, frames[frame])
    return image
  }

  /// Decodes a frame's annotation and takes one object from it.
  /// - Throws: `ImageError`, or `DatasetError.sizeMismatch` where it is not of the frames' size.
  public func mask(_ frame: Int, object: Int) throws -> Mask {
    let map = try IndexedImage.annotation(contentsOf: annotations[frame])
    try check(map.width, map.height, annotations[frame])
    return Mask(map, label: UInt8(object))
  }

  private func check(_ width: Int, _ height: Int, _ url: URL) throws {
    if width != self.width || height != self.height {
      throw DatasetError.sizeMismatch(
        path: url.path, height: height, width: width, expectedHeight: self.height, expectedWidth: self.width)
    }
  }
}
