import Datasets
import Foundation
import Vision

/// One sequence's files.
struct RefinedSequence {
  let name: String
  let frames: Video
  let masks: MaskSource
  let truth: MaskSource?
  private let flows: URL?

  /// The names of the sequences that have masks; one without a name where there are no folders of sequences.
  static func names(masks: URL) throws -> [String?] {
    guard Folder.isFolder(masks) || !FileManager.default.fileExists(atPath: masks.path) else { return [nil] }
    return try FrameFolder.videos(in: masks).map { $0.url == masks ? nil : $0.name }
  }

  /// The sequence of a name.
  init(_ name: String?, frames: URL, masks: URL, truth: URL?, flow: URL?) throws {
    func own(_ root: URL) throws -> URL {
      guard let name else { return root }
      let folder = root.appending(path: name)
      if Folder.isFolder(folder) || !Folder.isFolder(root) { return folder }
      // A video beside others, whatever its kind.
      return try Folder.list(root) { $0.deletingPathExtension().lastPathComponent == name }.first ?? folder
    }
    let frames = try Video(contentsOf: own(frames))
    (self.frames, self.name) = (frames, name ?? frames.name)
    self.masks = try MaskSource(own(masks), for: frames)
    self.truth = try truth.map { try MaskSource(own($0), for: frames) }
    flows = try flow.map(own)
  }

  var frameCount: Int { frames.frameCount }

  /// A frame's name: that of its file, or its number.
  func frameName(_ frame: Int) -> String {
    frames.files.isEmpty
      ? String(format: "%05d", frame) : frames.files[frame].deletingPathExtension().lastPathComponent
  }

  /// A frame, of the size of those before it.
  func image(_ frame: Int) throws -> Image {
    let image = try frames.image(frame)
    guard image.width == frames.width, image.height == frames.height else {
      throw RefinementError(
        "\(frames.files[frame].path): is \(image.height)×\(image.width), "
          + "but its sequence's frames are \(frames.height)×\(frames.width)")
    }
    return image
  }

  /// The flows from the frame before a frame to this one, and back, at the size of the two images: read where there is a
  /// folder of them, else estimated.
  func flows(from last: Image, to image: Image, number: Int) throws -> FlowPair {
    guard let flows else {
      return (opticalFlow(from: last, to: image), opticalFlow(from: image, to: last))
    }
    func read(_ side: String, _ frame: Int) throws -> FlowField {
      let folder = flows.appending(path: side)
      let files = ["flo", "png"].map { folder.appending(path: "\(frameName(frame)).\($0)") }
      guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
        throw RefinementError("\(files[0].path): no such file, nor one that ends in .png")
      }
      let flow = try FlowField(contentsOf: file)
      guard flow.width == frames.width, flow.height == frames.height else {
        throw DatasetError.sizeMismatch(
          path: file.path, height: flow.height, width: flow.width, expectedHeight: frames.height,
          expectedWidth: frames.width)
      }
      return flow.resized(height: image.height, width: image.width)
    }
    return (try read("forward", number - 1), try read("backward", number))
  }
}

/// The flows from a frame to the next one, and back.
typealias FlowPair = (forward: FlowField, backward: FlowField)
