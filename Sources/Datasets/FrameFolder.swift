import Foundation
import Vision

/// The images of one video, or of one method's masks for it: the PNG, JPEG and BMP files of a folder, in the order of their
/// names, `9` before `10`.
public struct FrameFolder: VideoSequence {
  /// The folder's name.
  public let name: String
  /// The folder itself.
  public let url: URL
  /// The files, sorted by name; at least one.
  public let files: [URL]

  /// Lists a folder.
  /// - Throws: `DatasetError`.
  public init(_ url: URL) throws {
    let files = try Self.images(in: url)
    guard !files.isEmpty else { throw DatasetError.emptyFolder(path: url.path, wanted: "PNG or JPEG files") }
    (name, self.url, self.files) = (url.lastPathComponent, url, files)
  }

  /// Frames that somebody listed; whether they are there shows when they are read.
  init(_ url: URL, files: [URL]) {
    (name, self.url, self.files) = (url.lastPathComponent, url, files)
  }

  /// The videos of a folder: itself where it holds images, else its subfolders but those of other files alone.
  /// - Throws: `DatasetError`.
  public static func videos(in root: URL) throws -> [FrameFolder] {
    if try !images(in: root).isEmpty { return [try FrameFolder(root)] }
    let folders = try Folder.list(root, where: Folder.isFolder).filter { folder in
      try !images(in: folder).isEmpty || Folder.list(folder) { _ in true }.isEmpty
    }
    guard !folders.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "images, or folders of images")
    }
    return try folders.map { try FrameFolder($0) }
  }

  /// The number of files.
  public var frameCount: Int { files.count }

  /// The name of a frame's file, without its extension.
  public func frameName(_ frame: Int) -> String { Self.stem(files[frame]) }

  /// Decodes a frame.
  /// - Throws: `ImageError`.
  public func image(_ frame: Int) throws(ImageError) -> Image {
    try Image(contentsOf: files[frame], as: .rgb)
  }

  /// A frame's height and width, from the head of its file.
  /// - Throws: `ImageError`.
  public func size(_ frame: Int) throws(ImageError) -> (height: Int, width: Int) {
    try Image.size(contentsOf: files[frame])
  }

  /// This folder's file for each frame: the one of the same name, whatever the extension.
  /// - Throws: `DatasetError.missingAnnotation`.
  public func files(for frames: FrameFolder) throws -> [URL] {
    try zip(frames.files, filesByFrame(of: frames)).map { frame, file in
      guard let file else {
        let wanted = url.appending(path: Self.stem(frame) + ".png")
        throw DatasetError.missingAnnotation(frame: frame.path, annotation: wanted.path)
      }
      return file
    }
  }

  /// This folder's file for each frame, where it has one.
  package func filesByFrame(of frames: FrameFolder) -> [URL?] {
    let byName = Dictionary(files.map { (Self.stem($0), $0) }) { first, _ in first }
    return frames.files.map { byName[Self.stem($0)] }
  }

  /// The frames from one of a number on, one for each line of a file.
  /// - Throws: `DatasetError.missingFrame`, or `.boxCount`.
  func part(from first: Int, count: Int, linesOf file: URL) throws(DatasetError) -> FrameFolder {
    guard count > 0 else { throw .boxCount(path: file.path, boxes: 0, frames: frameCount) }
    let start = files.firstIndex { Int(Self.stem($0)) == first }
    guard let start else { throw .emptyFolder(path: url.path, wanted: "frame \(first)") }
    let part = FrameFolder(url, files: Array(files[start...].prefix(count)))
    if part.frameCount < count { try part.check(count, linesOf: file) }
    // A frame that is missing would shift the others.
    if Int(Self.stem(part.files[count - 1])) != first + count - 1, let gap = part.firstGap {
      throw .missingFrame(path: gap.path)
    }
    return part
  }

  /// Checks that a file has a line for each frame.
  /// - Throws: `DatasetError.boxCount`, or `.missingFrame` where the file has more, and the frames' numbers a gap.
  func check(_ lines: Int, linesOf file: URL) throws(DatasetError) {
    if lines == frameCount { return }
    if lines > frameCount, let gap = firstGap { throw .missingFrame(path: gap.path) }
    throw .boxCount(path: file.path, boxes: lines, frames: frameCount)
  }

  /// The first file that lacks among names which are numbers.
  private var firstGap: URL? {
    for (file, next) in zip(files, files.dropFirst()) {
      let name = Self.stem(file)
      guard let number = Int(name), let following = Int(Self.stem(next)) else { return nil }
      if following > number + 1 {
        let digits = String(number + 1)
        let zeros = String(repeating: "0", count: max(0, name.count - digits.count))
        return url.appending(path: "\(zeros)\(digits).\(file.pathExtension)")
      }
    }
    return nil
  }

  private static func images(in folder: URL) throws -> [URL] {
    try Folder.list(folder) { ["png", "jpg", "jpeg", "bmp"].contains($0.pathExtension.lowercased()) }
  }

  private static func stem(_ url: URL) -> String { url.deletingPathExtension().lastPathComponent }
}

/// A sequence whose frames are a folder's files; what its data set says of them comes on top.
public protocol FolderSequence: VideoSequence {
  /// The frames' files.
  var frames: FrameFolder { get }
}

extension FolderSequence {
  /// The folder's name.
  public var name: String { frames.name }
  /// The number of files.
  public var frameCount: Int { frames.frameCount }
  /// Decodes a frame.
  public func image(_ frame: Int) throws -> Image { try frames.image(frame) }
  /// A frame's height and width, from the head of its file.
  public func size(_ frame: Int) throws -> (height: Int, width: Int) { try frames.size(frame) }
}

extension MaskAnnotated where Self: FolderSequence {
  /// The masks of a frame that must have some.
  /// - Throws: what `masks` throws; `DatasetError.missingAnnotation`.
  public func annotation(_ frame: Int) throws -> IndexedImage {
    guard let masks = try masks(frame) else {
      throw DatasetError.missingAnnotation(
        frame: frames.files[frame].path, annotation: "\(frames.frameName(frame)).png")
    }
    return masks
  }
}
