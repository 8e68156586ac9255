import Foundation
import Tensor
import Vision

/// The windows of some sequences: each object in each annotated frame that all trackers have followed it to is the end of
/// one (SFTrack++, phases 2 and 3).
///
/// All windows have one size, that of the sequences' first frames. Frames keep their proportions; what they leave free is
/// black. In front of a sequence its first frame is repeated.
public struct TrackedWindows: Sendable {
  /// The number of windows.
  public var count: Int { entries.count }
  /// The height and width of every frame, in pixels.
  public let height: Int, width: Int

  private let sequences: [any MaskAnnotated]
  private let trackerBoxes: TrackerBoxes
  private let entries: [(sequence: Int, object: Int, frame: Int)]
  private let length: Int, longestSide: Int

  /// Lists the windows of sequences, which may not be empty.
  /// - Parameters:
  ///   - sequences: the videos, whose objects are taken one by one.
  ///   - trackerBoxes: what the trackers say of them.
  ///   - length: the frames of a window.
  ///   - longestSide: the length that the longer side of a frame is scaled down to where it is longer.
  ///   - frameStep: annotated frames from one window of an object to its next.
  /// - Throws: what reading the sequences' objects and sizes throws.
  public init(
    _ sequences: [any MaskAnnotated], trackerBoxes: TrackerBoxes, length: Int, longestSide: Int = 480,
    frameStep: Int = 1
  ) throws {
    require(
      !sequences.isEmpty && length > 0, "TrackedWindows: \(sequences.count) sequences, \(length) frames")
    (self.sequences, self.trackerBoxes, self.length) = (sequences, trackerBoxes, length)
    self.longestSide = longestSide
    entries = try sequences.enumerated().flatMap { index, sequence in
      let annotated = sequence.annotatedFrames
      return try sequence.objects.flatMap { object in
        stride(from: 0, to: annotated.count, by: frameStep).map { annotated[$0] }
          .filter { !trackerBoxes.boxes(sequence: sequence.name, object: object, frame: $0).isEmpty }
          .map { (index, object, $0) }
      }
    }
    let sizes = try sequences.map { try Self.scaled($0.size(0), to: longestSide) }
    // A network that halves its input three times wants multiples of 8.
    func roundedUp(_ length: Int) -> Int { (length + 7) / 8 * 8 }
    height = roundedUp(sizes.map(\.height).max()!)
    width = roundedUp(sizes.map(\.width).max()!)
  }

  /// The sequence's name, object and frame that a window ends with.
  public func source(of index: Int) -> (sequence: String, object: Int, frame: Int) {
    let entry = entries[index]
    return (sequences[entry.sequence].name, entry.object, entry.frame)
  }

  /// A window.
  /// - Throws: what reading the frames or the annotation throws.
  public func window(_ index: Int) throws -> TrackedWindow {
    let entry = entries[index], sequence = sequences[entry.sequence]
    var window = TrackedWindow(images: [], boxes: [], truth: Mask(height: height, width: width))
    for frame in (entry.frame - length + 1...entry.frame).map({ max($0, 0) }) {
      let image = try sequence.image(frame)
      let size = Self.scaled((image.height, image.width), to: longestSide)
      window.images.append(
        image.resized(height: size.height, width: size.width).cropped(
          x: 0, y: 0, height: height, width: width))
      let (x, y) = (
        Double(size.width) / Double(image.width), Double(size.height) / Double(image.height)
      )
      let boxes = trackerBoxes.boxes(sequence: sequence.name, object: entry.object, frame: frame)
      window.boxes.append(boxes.map { $0?.scaled(x: x, y: y) })
      if frame == entry.frame, let mask = try sequence.mask(frame, object: entry.object) {
        window.truth = mask.resized(height: size.height, width: size.width)
          .cropped(x: 0, y: 0, height: height, width: width)
      }
    }
    return window
  }

  private static func scaled(_ size: (height: Int, width: Int), to longestSide: Int) -> (
    height: Int, width: Int
  ) {
    let scale = min(1, Double(longestSide) / Double(max(size.width, size.height)))
    return (
      max(1, Int((Double(size.height) * scale).rounded())),
      max(1, Int((Double(size.width) * scale).rounded()))
    )
  }
}
