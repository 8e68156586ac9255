import Foundation
import Vision

/// Images with masks in COCO's layout (Lin et al., ECCV 2014): a folder of images, and a JSON file of `images`, `annotations`
/// with a `segmentation`, polygons or run lengths, and `categories`. Each image is a video of one frame; crowds, whose
/// members nobody told apart, are left out.
public struct COCODataset: VideoDataset {
  /// The folder of images.
  public let images: URL
  /// The images' names, as the file has them.
  public var names: [String] { catalog.names }
  private let catalog: Catalog<Int>
  private let file: InstanceFile

  /// Reads what the file has but for the masks, which are read when they are asked for.
  /// - Throws: `DatasetError`.
  public init(images: URL, annotations: URL) throws {
    self.images = images
    let file = try InstanceFile(annotations)
    self.file = file
    catalog = Catalog(
      file.videos.indices.compactMap { index in file.videos[index].files.first.map { ($0, index) } })
    guard !names.isEmpty else { throw DatasetError.emptyFolder(path: file.path, wanted: "images") }
  }

  /// A folder as COCO is unpacked: `annotations/instances_PART.json` and images in `PART`, such as `train2017`; the one part
  /// whose images are there, unless it is named.
  /// - Throws: `DatasetError`.
  public init(root: URL, part: String? = nil) throws {
    let annotations = root.appending(path: "annotations")
    let parts = try Folder.list(annotations) { $0.pathExtension == "json" }
      .map { $0.deletingPathExtension().lastPathComponent }
      .filter { $0.hasPrefix("instances_") }.map { String($0.dropFirst("instances_".count)) }
      .filter { part == $0 || part == nil && Folder.isFolder(root.appending(path: $0)) }
    guard parts.count == 1 else {
      throw DatasetError.emptyFolder(
        path: annotations.path,
        wanted: parts.isEmpty
          ? "instances_PART.json with a folder PART of images"
          : "single part, but \(parts.joined(separator: ", "))")
    }
    try self.init(
      images: root.appending(path: parts[0]),
      annotations: annotations.appending(path: "instances_\(parts[0]).json"))
  }

  /// Opens an image; whether its file is there shows when it is read.
  /// - Throws: `DatasetError`.
  public func sequence(_ name: String) throws -> InstanceSequence {
    try InstanceSequence(name, file.videos[catalog[name]], of: file, folder: images)
  }
}
