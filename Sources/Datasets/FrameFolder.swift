import Foundation
import Vision

/// The images of one video, or of one method's masks for it: the PNG and JPEG files of a folder, in the order of their
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

  /// The videos of a folder: itself where it holds images, else its subfolders.
  /// - Throws: `DatasetError`.
  public static func videos(in root: URL) throws -> [FrameFolder] {
    if try !images(in: root).isEmpty { return [try FrameFolder(root)] }
    let folders = try Folder.list(root, where: Folder.isFolder)
    guard !folders.isEmpty else {
      throw DatasetError.emptyFolder(path: root.path, wanted: "images, or folders of images")
    }
    return try folders.map { try FrameFolder($0) }
  }

  /// The number of files.
  public var frameCount: Int { files.count }

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
    let byName = Dictionary(files.map { (Self.stem($0), $0) }) { first, _ in first }
    return try frames.files.map { frame in
      guard let file = byName[Self.stem(frame)] else {
        let wanted = url.appending(path: Self.stem(frame) + ".png")
        throw DatasetError.missingAnnotation(frame: frame.path, annotation: wanted.path)
      }
      return file
    }
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
    try Folder.list(folder) { ["png", "jpg", "jpeg"].contains($0.pathExtension.lowercased()) }
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
