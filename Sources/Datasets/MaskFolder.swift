import Foundation
import Vision

/// The label maps of some frames of a video, or of all: files of the frames' names in a folder of their own.
struct MaskFolder: Sendable {
  let url: URL
  let frames: FrameFolder
  /// Of each frame, where it has one.
  let files: [URL?]
  private let found = ReadOnce<[Int]>()

  /// - Throws: `DatasetError`; `strayAnnotation` where a file has no frame.
  init(_ url: URL, of frames: FrameFolder) throws {
    let masks = try FrameFolder(url)
    (self.url, self.frames) = (url, frames)
    files = masks.filesByFrame(of: frames)
    if files.count(where: { $0 != nil }) < masks.frameCount {
      let known = Set(files)
      let stray = masks.files.first { !known.contains($0) }!
      throw DatasetError.strayAnnotation(stray.path, frames: frames.url.path)
    }
  }

  var annotatedFrames: [Int] { files.indices.filter { files[$0] != nil } }

  /// - Throws: `ImageError`, or `DatasetError.sizeMismatch` where the map is not of the frame's size.
  func masks(_ frame: Int) throws -> IndexedImage? {
    guard let file = files[frame] else { return nil }
    let map = try IndexedImage.annotation(contentsOf: file)
    let size = try frames.size(frame)
    guard (map.height, map.width) == size else {
      throw DatasetError.sizeMismatch(
        path: file.path, height: map.height, width: map.width, expectedHeight: size.height,
        expectedWidth: size.width)
    }
    return map
  }

  /// The ids seen in any frame, ascending; all maps are read for it, once.
  /// - Throws: what `masks` throws; `DatasetError.noObjects` where there is none.
  var objects: [Int] {
    get throws {
      try found {
        let seen = try files.indices.reduce(into: Set<Int>()) { $0.formUnion(try masks($1)?.objects ?? []) }
        if seen.isEmpty { throw DatasetError.noObjects(path: url.path) }
        return seen.sorted()
      }
    }
  }
}
