import Datasets
import Foundation
import Vision

/// The masks of a sequence: a file for each frame, or a video of grey levels.
enum MaskSource {
  case files([URL])
  case video(Video)

  /// The masks at a URL for the frames of a video: by name where the frames have names, otherwise in order.
  init(_ url: URL, for frames: Video) throws {
    guard Folder.isFolder(url) else {
      let video = try Video(contentsOf: url)
      try Self.check(video.frameCount, at: url, frames)
      self = .video(video)
      return
    }
    let folder = try FrameFolder(url)
    if frames.files.isEmpty {
      try Self.check(folder.frameCount, at: url, frames)
      self = .files(folder.files)
    } else {
      self = .files(try folder.files(for: FrameFolder(frames.url)))
    }
  }

  /// Grey levels, 255 where the object surely is.
  func soft(_ frame: Int, for image: Image) throws -> Image {
    switch self {
    case .files(let files): try checked(Image.softMask(contentsOf: files[frame]), frame, image)
    case .video(let video): try checked(video.image(frame).converted(to: .grey), frame, image)
    }
  }

  /// The pixels of all objects.
  func binary(_ frame: Int, for image: Image) throws -> Mask {
    guard case .files(let files) = self else { return Mask(try soft(frame, for: image)) }
    let map = try IndexedImage.annotation(contentsOf: files[frame])
    try check(map.height, map.width, frame, image)
    return Mask(map)
  }

  /// The folder or the video, for messages.
  var path: String {
    switch self {
    case .files(let files): files[0].deletingLastPathComponent().path
    case .video(let video): video.url.path
    }
  }

  private func checked(_ mask: Image, _ frame: Int, _ image: Image) throws -> Image {
    try check(mask.height, mask.width, frame, image)
    return mask
  }

  private func check(_ height: Int, _ width: Int, _ frame: Int, _ image: Image) throws {
    guard height == image.height, width == image.width else {
      let file = if case .files(let files) = self { files[frame].path } else { path }
      throw DatasetError.sizeMismatch(
        path: file, height: height, width: width, expectedHeight: image.height, expectedWidth: image.width)
    }
  }

  private static func check(_ count: Int, at url: URL, _ frames: Video) throws {
    guard count == frames.frameCount else {
      throw RefinementError(
        "\(url.path): \(count) masks for the \(frames.frameCount) frames of \(frames.url.path)")
    }
  }
}
