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

  /// Whether the flows are read rather than estimated.
  fileprivate var hasFlows: Bool { flows != nil }

  /// The flow from a frame to the next one or to the one before, read.
  fileprivate func flow(_ side: String, from frame: Int) throws -> FlowField {
    let folder = flows!.appending(path: side)
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
    return flow
  }
}

/// The flows between a sequence's neighbouring frames, as these come: read where there is a folder of them, else estimated.
struct SequenceFlows {
  /// From a frame to the next one, and back.
  typealias Pair = (forward: FlowField, backward: FlowField)

  private let sequence: RefinedSequence
  private var stream = FlowStream()
  private var frame = -1

  /// Before the first frame.
  init(of sequence: RefinedSequence) { self.sequence = sequence }

  /// Those between the frame before and this one, at the size of its image; nil for the first frame.
  mutating func push(_ image: Image) throws -> Pair? {
    frame += 1
    guard sequence.hasFlows else { return stream.push(image) }
    guard frame > 0 else { return nil }
    func read(_ side: String, from frame: Int) throws -> FlowField {
      try sequence.flow(side, from: frame).resized(height: image.height, width: image.width)
    }
    return (try read("forward", from: frame - 1), try read("backward", from: frame))
  }
}
