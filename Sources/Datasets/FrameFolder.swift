import Foundation

/// The images of one video, or of one method's masks for it: the PNG and JPEG files of a folder, in the order of their
/// names.
public struct FrameFolder: Sendable {
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

  private static func images(in folder: URL) throws -> [URL] {
    try Folder.list(folder) { ["png", "jpg", "jpeg"].contains($0.pathExtension.lowercased()) }
  }

  private static func stem(_ url: URL) -> String { url.deletingPathExtension().lastPathComponent }
}
