import Foundation
import Tensor
import Vision

/// The samples of some sequences: each object in each annotated frame is one (SFTrack++, phase 1).
///
/// All samples have one size, that of the sequences' first frames. Frames keep their proportions; what they leave free
/// is black and belongs to no object.
public struct BoxGuidedSamples: Sendable {
  /// The number of samples.
  public var count: Int { entries.count }
  /// The width of every sample, in pixels.
  public let width: Int
  /// The height of every sample, in pixels.
  public let height: Int

  private let sequences: [any MaskAnnotated]
  private let entries: [(sequence: Int, object: Int, frame: Int)]
  private let longestSide: Int
  private let curriculum: BoxCurriculum
  private let trackerBoxes: TrackerBoxes?

  /// Lists the samples of sequences, which may not be empty.
  /// - Parameters:
  ///   - sequences: the videos, whose objects are taken one by one.
  ///   - longestSide: the length that the longer side of a frame is scaled to.
  ///   - frameStep: annotated frames from one sample of an object to its next.
  ///   - multiple: what the samples' width and height are rounded up to a multiple of; a network that halves
  ///     its input four times wants 16.
  ///   - curriculum: which boxes point at the object as training proceeds.
  ///   - trackerBoxes: trackers' own boxes, to train with.
  /// - Throws: what reading the sequences' objects and sizes throws.
  public init(
    _ sequences: [any MaskAnnotated], longestSide: Int = 480, frameStep: Int = 1, multiple: Int = 16,
    curriculum: BoxCurriculum = BoxCurriculum(), trackerBoxes: TrackerBoxes? = nil
  ) throws {
    require(!sequences.isEmpty, "BoxGuidedSamples: no sequences")
    self.sequences = sequences
    self.longestSide = longestSide
    self.curriculum = curriculum
    self.trackerBoxes = trackerBoxes
    entries = try sequences.enumerated().flatMap { index, sequence in
      let annotated = sequence.annotatedFrames
      return try sequence.objects.flatMap { object in
        stride(from: 0, to: annotated.count, by: frameStep).map { (index, object, annotated[$0]) }
      }
    }
    func roundedUp(_ length: Double) -> Int { Int((length / Double(multiple)).rounded(.up)) * multiple }
    let sizes = try sequences.map { sequence in
      let size = try sequence.size(0)
      let scale = Self.scale(of: size, to: longestSide)
      return (
        width: (Double(size.width) * scale).rounded(), height: (Double(size.height) * scale).rounded()
      )
    }
    width = roundedUp(sizes.map(\.width).max()!)
    height = roundedUp(sizes.map(\.height).max()!)
  }

  /// The sequence's name, object and frame of a sample.
  public func source(of index: Int) -> (sequence: String, object: Int, frame: Int) {
    let entry = entries[index]
    return (sequences[entry.sequence].name, entry.object, entry.frame)
  }

  /// A sample as it is, in the top-left corner, with the truth's box.
  /// - Throws: what reading the frame or its annotation throws.
  public func plain(_ index: Int) throws -> BoxGuidedSample {
    let entry = entries[index]
    let sequence = sequences[entry.sequence]
    let mask = try mask(of: entry.object, in: sequence, entry.frame)
    let image = try sequence.image(entry.frame)
    let view = View(
      of: (image.height, image.width), scale: Self.scale(of: (image.height, image.width), to: longestSide),
      height: height, width: width)
    return BoxGuidedSample(
      image: view.apply(image), box: mask.boundingBox.map(view.apply), truth: view.apply(mask))
  }

  /// A sample with random augmentation and the box that the curriculum gives at a step of training.
  ///
  /// Depends on the generator alone. Where the object is hidden another of its frames is taken.
  /// - Throws: what reading the frame or its annotation throws.
  public func augmented(
    _ index: Int, step: Int, using generator: inout SeededGenerator
  ) throws -> BoxGuidedSample {
    let (sequence, object) = (sequences[entries[index].sequence], entries[index].object)
    var frame = entries[index].frame
    var mask = try mask(of: object, in: sequence, frame)
    for _ in 0..<4 where mask.boundingBox == nil {
      let annotated = sequence.annotatedFrames
      frame = annotated[generator.integer(0..<annotated.count)]
      mask = try self.mask(of: object, in: sequence, frame)
    }
    let image = try sequence.image(frame)
    let size = (height: image.height, width: image.width)
    let truth = mask.boundingBox
    let box =
      generator.bool(probability: curriculum.share(at: step))
      ? try faulty(truth, of: sequence, object: object, frame: frame, size, using: &generator) : truth
    let view = View(
      of: size, fit: Self.scale(of: size, to: longestSide), around: truth, height: height, width: width,
      using: &generator)
    let adjusted = view.apply(image).adjusted(
      brightness: generator.uniform(0.8..<1.25), contrast: generator.uniform(0.8..<1.25),
      saturation: generator.uniform(0.6..<1.4), hue: generator.normal(standardDeviation: 0.02))
    return BoxGuidedSample(image: adjusted, box: box.map(view.apply), truth: view.apply(mask))
  }

  private static func scale(of size: (height: Int, width: Int), to longestSide: Int) -> Double {
    Double(longestSide) / Double(max(size.width, size.height))
  }

  /// An object's pixels in an annotated frame.
  private func mask(of object: Int, in sequence: any MaskAnnotated, _ frame: Int) throws -> Mask {
    let mask = try sequence.mask(frame, object: object)
    require(mask != nil, "BoxGuidedSamples: \(sequence.name) has no masks in its annotated frame \(frame)")
    return mask!
  }

  private func faulty(
    _ truth: Box?, of sequence: any MaskAnnotated, object: Int, frame: Int, _ size: (height: Int, width: Int),
    using generator: inout SeededGenerator
  ) throws -> Box? {
    let tracked = trackerBoxes?.boxes(sequence: sequence.name, object: object, frame: frame) ?? []
    switch BoxFault.draw(hasTrackers: !tracked.isEmpty, using: &generator) {
    case .tracker:
      return tracked[generator.integer(0..<tracked.count)]
    case .jitter:
      return truth?.jittered(using: &generator)
    case .stale:
      let earlier = max(0, frame - generator.integer(1..<6))
      return try sequence.mask(earlier, object: object)?.boundingBox ?? truth
    case .lost:
      let whole = Box(x: 0, y: 0, width: Double(size.width), height: Double(size.height))
      return generator.bool() ? whole : nil
    }
  }
}

/// How a frame is seen in a sample: scaled, perhaps mirrored, and cut or padded to the sample's size.
private struct View {
  let scaledWidth: Int
  let scaledHeight: Int
  let isMirrored: Bool
  /// The window's top-left corner in the scaled and mirrored frame.
  let left: Int
  let top: Int
  let width: Int
  let height: Int
  private let map: Affine

  init(
    of size: (height: Int, width: Int), scale: Double, isMirrored: Bool = false, left: Int = 0, top: Int = 0,
    height: Int, width: Int
  ) {
    scaledWidth = max(1, Int((Double(size.width) * scale).rounded()))
    scaledHeight = max(1, Int((Double(size.height) * scale).rounded()))
    self.isMirrored = isMirrored
    (self.left, self.top) = (left, top)
    (self.width, self.height) = (width, height)
    let (x, y) = (
      Double(scaledWidth) / Double(size.width), Double(scaledHeight) / Double(size.height)
    )
    map = Affine(
      a: isMirrored ? -x : x, b: 0, c: 0, d: y,
      tx: (isMirrored ? Double(scaledWidth) : 0) - Double(left), ty: -Double(top))
  }

  /// A random view that shows the object's middle.
  init(
    of size: (height: Int, width: Int), fit: Double, around object: Box?, height: Int, width: Int,
    using generator: inout SeededGenerator
  ) {
    let scale = fit * exp(generator.uniform(log(0.8)..<log(1.5)))
    let isMirrored = generator.bool()
    func corner(_ scaled: Double, _ window: Int, _ middle: Double) -> Int {
      // The window lies within the frame, or the frame within the window, and the object's middle in both.
      let free = scaled - Double(window)
      let low = max(min(0, free), middle - Double(window))
      let high = min(max(0, free), middle)
      return Int(generator.uniform(low..<high.nextUp).rounded())
    }
    var middle =
      object.map { ($0.centerX, $0.centerY) } ?? (Double(size.width) / 2, Double(size.height) / 2)
    if isMirrored { middle.0 = Double(size.width) - middle.0 }
    self.init(
      of: size, scale: scale, isMirrored: isMirrored,
      left: corner(Double(size.width) * scale, width, middle.0 * scale),
      top: corner(Double(size.height) * scale, height, middle.1 * scale), height: height, width: width)
  }

  func apply(_ image: Image) -> Image {
    let scaled = image.resized(height: scaledHeight, width: scaledWidth)
    return (isMirrored ? scaled.flippedHorizontally() : scaled)
      .cropped(x: left, y: top, height: height, width: width)
  }

  func apply(_ mask: Mask) -> Mask {
    let scaled = mask.resized(height: scaledHeight, width: scaledWidth)
    return (isMirrored ? scaled.flippedHorizontally() : scaled)
      .cropped(x: left, y: top, height: height, width: width)
  }

  func apply(_ box: Box) -> Box { box.transformed(by: map) }
}
