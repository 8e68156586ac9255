import Datasets
import Foundation
import Tensor
import Vision

/// Clips to train SAMN on, drawn from annotated frames: what the network would see of a target in three frames, where it is
/// not quite in the middle and turned, lit and blurred otherwise.
public struct SAMNSamples: Sendable {
  /// Where a clip's frames come from (SAMN, §IV-A).
  public enum Stage: Int, Sendable, CaseIterable {
    /// One frame, thrice: videos are not needed.
    case images = 1
    /// Three frames of a video, in their order.
    case videos = 2
  }

  /// What the network sees of three frames: the frames, the target's pixels, and what the memory is told of the first.
  public struct Sample: Sendable {
    let images: [Image]
    let masks: [Mask]
    let first: Mask
  }

  /// The videos' objects.
  public let targets: [(sequence: String, object: Int)]
  private let sequences: [any MaskAnnotated]
  private let places: [(sequence: Int, object: Int)]
  private let stage: Stage
  private let side: Int
  private let boxShare: Double

  private static let frameCount = 3
  /// A clip's frames lie so many annotated ones apart at most.
  private static let reach = 12
  /// Targets of fewer pixels are no example.
  private static let leastArea = 64

  /// How much the frames of a clip differ, in each stage.
  private struct Variation {
    /// Of the target from the middle, in its sides.
    let shift: Double
    /// The deviation of the size's and of the proportions' logarithm.
    let scale: Double, stretch: Double
    /// In degrees.
    let turn: Double
    /// The share of frames that are blurred.
    let blurred: Double

    static func of(_ stage: Stage) -> Self {
      switch stage {
      case .images: Self(shift: 0.7, scale: 0.2, stretch: 0.15, turn: 30, blurred: 0.3)
      case .videos: Self(shift: 0.5, scale: 0.15, stretch: 0.05, turn: 10, blurred: 0)
      }
    }
  }

  /// Lists the objects of videos. `boxShare` is the share of clips whose memory is told the target's box alone, .01 in the
  /// paper: so the network learns to find a target in a box.
  /// - Throws: what reading them throws.
  public init(_ sequences: [any MaskAnnotated], for network: SAMN, stage: Stage, boxShare: Double) throws {
    (self.sequences, self.stage, self.boxShare) = (sequences, stage, boxShare)
    side = network.inputSide
    places = try sequences.enumerated().flatMap { index, sequence in
      try sequence.objects.map { (index, $0) }
    }
    targets = places.map { (sequences[$0.sequence].name, $0.object) }
  }

  /// A clip of a target.
  /// - Throws: what reading its frames throws.
  public func sample(_ target: Int, using generator: inout SeededGenerator) throws -> Sample {
    let (index, object) = places[target]
    let sequence = sequences[index]
    let frames = try drawFrames(sequence, object, using: &generator)
    let isMirrored = generator.bool()
    var (images, masks) = ([Image](), [Mask]())
    var box = Box(x: 0, y: 0, width: 1, height: 1)
    for frame in frames {
      let image = try sequence.image(frame)
      let mask = try sequence.mask(frame, object: object) ?? Mask(height: image.height, width: image.width)
      box = mask.boundingBox ?? box
      let view = view(image, mask, box, isMirrored, using: &generator)
      images.append(view.image)
      masks.append(view.mask)
    }
    let isBoxed = generator.bool(probability: boxShare)
    let first = isBoxed ? masks[0].boundingBox.map { Mask($0, height: side, width: side) } : nil
    return Sample(images: images, masks: masks, first: first ?? masks[0])
  }

  /// A frame that shows the target, or that and later ones.
  private func drawFrames(
    _ sequence: any MaskAnnotated, _ object: Int, using generator: inout SeededGenerator
  ) throws -> [Int] {
    let annotated = sequence.annotatedFrames
    var first = 0
    for _ in 0..<10 {
      first = generator.integer(0..<max(annotated.count - Self.frameCount, 1))
      if (try sequence.mask(annotated[first], object: object)?.area ?? 0) >= Self.leastArea { break }
    }
    var frames = [first]
    while frames.count < Self.frameCount {
      let step = stage == .images ? 0 : generator.integer(1..<Self.reach + 1)
      frames.append(min(frames.last! + step, annotated.count - 1))
    }
    return frames.map { annotated[$0] }
  }

  /// What the network would see of a frame, varied.
  private func view(
    _ image: Image, _ mask: Mask, _ box: Box, _ isMirrored: Bool, using generator: inout SeededGenerator
  ) -> TargetView {
    let variation = Variation.of(stage)
    let targetSide = max(box.area.squareRoot(), 1)
    func shift() -> Double { targetSide * variation.shift * generator.uniform(-1..<1) }
    let center = Point(box.centerX + shift(), box.centerY + shift())
    let size = targetSide * exp(generator.normal(standardDeviation: variation.scale))
    let stretch = exp(generator.normal(standardDeviation: variation.stretch))
    let region = SearchRegion(
      around: center, side: size, of: image, inputSize: (side, side), factor: SAMN.segmentationFactor
    ).box.scaled(about: center, x: stretch, y: 1 / stretch)
    var view = TargetView(image, mask, region, (side, side))
    view.turn(by: variation.turn * generator.uniform(-1..<1) * .pi / 180)
    if isMirrored { view.mirror() }
    view.image = view.image.adjusted(
      brightness: generator.uniform(0.8..<1.2), contrast: generator.uniform(0.8..<1.2),
      saturation: generator.uniform(0.6..<1.2))
    if generator.bool(probability: variation.blurred) {
      view.image = view.image.blurred(x: generator.uniform(0.3..<2.5), y: generator.uniform(0.3..<2.5))
    }
    return view
  }
}

extension Box {
  /// The box stretched about a place.
  fileprivate func scaled(about center: Point, x: Double, y: Double) -> Box {
    translated(x: -center.x, y: -center.y).scaled(x: x, y: y).translated(x: center.x, y: center.y)
  }
}
