import Datasets
import Foundation
import Vision

/// One sequence's files.
struct RefinedSequence {
  let name: String
  let frames: FrameFolder
  let masks: [URL]
  let truth: [URL]?
  private let flows: URL?

  /// The sequences that have masks.
  static func all(frames: URL, masks: URL, truth: URL?, flow: URL?) throws -> [RefinedSequence] {
    try FrameFolder.videos(in: masks).map { folder in
      let isWhole = folder.url == masks
      func own(_ root: URL) -> URL { isWhole ? root : root.appending(path: folder.name) }
      let frames = try FrameFolder(own(frames))
      return RefinedSequence(
        name: isWhole ? frames.name : folder.name, frames: frames, masks: try folder.files(for: frames),
        truth: try truth.map { try FrameFolder(own($0)).files(for: frames) }, flows: flow.map(own))
    }
  }

  var frameCount: Int { frames.files.count }

  func image(_ frame: Int) throws -> Image { try Image(contentsOf: frames.files[frame], as: .rgb) }

  /// A frame's input mask, of the frame's size.
  func softMask(_ frame: Int, for image: Image) throws -> Image {
    let mask = try Image.softMask(contentsOf: masks[frame])
    try Self.check(mask.width, mask.height, masks[frame], image)
    return mask
  }

  /// A frame's truth, all objects together.
  func trueMask(_ frame: Int, height: Int, width: Int) throws -> Mask? {
    guard let file = truth?[frame] else { return nil }
    let mask = Mask(try IndexedImage.annotation(contentsOf: file))
    guard mask.width == width, mask.height == height else {
      throw DatasetError.sizeMismatch(
        path: file.path, height: mask.height, width: mask.width, expectedHeight: height, expectedWidth: width)
    }
    return mask
  }

  /// The flow between neighbouring frames: read where there is a folder of it, else estimated.
  func flow(from first: (frame: Int, image: Image), to second: (frame: Int, image: Image)) throws -> FlowField
  {
    guard let flows else { return opticalFlow(from: first.image, to: second.image) }
    let folder = flows.appending(path: first.frame < second.frame ? "forward" : "backward")
    let stem = frames.files[first.frame].deletingPathExtension().lastPathComponent
    let files = ["flo", "png"].map { folder.appending(path: "\(stem).\($0)") }
    guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
      throw RefinementError("\(files[0].path): no such file, nor one that ends in .png")
    }
    let flow = try FlowField(contentsOf: file)
    try Self.check(flow.width, flow.height, file, first.image)
    return flow
  }

  private static func check(_ width: Int, _ height: Int, _ file: URL, _ image: Image) throws {
    guard width == image.width, height == image.height else {
      throw DatasetError.sizeMismatch(
        path: file.path, height: height, width: width, expectedHeight: image.height,
        expectedWidth: image.width)
    }
  }
}
