import Datasets
import Foundation
import Tensor
import Vision

/// Short sequences to train RTS on, drawn from annotated videos and varied as its authors do: what the network would see of
/// a frame and of three later ones, with the target off its middle and larger or smaller than expected.
public struct RTSSamples: Sendable {
  /// What the network sees of the frames, and the target's pixels there.
  public struct Sample: Sendable {
    /// What the network sees of the first frame and of later ones.
    public internal(set) var images: [Image]
    /// The target's pixels there.
    public internal(set) var masks: [Mask]
    /// Whether of the first mask the box alone is told.
    public let startsOnBox: Bool

    /// What the first mask is taken to be.
    var start: Mask {
      guard startsOnBox, let box = masks[0].boundingBox else { return masks[0] }
      return Mask(ellipseIn: box, height: masks[0].height, width: masks[0].width)
    }

    /// The same with another sample's target in front, moved by so many pixels. This one's stays the target, or the other
    /// one becomes it.
    func crossed(by other: Sample, x: Int, y: Int, turningTo isOther: Bool) -> Sample {
      var crossed = self
      for index in images.indices {
        let mask = masks[index]
        let front = other.masks[index].cropped(x: -x, y: -y, height: mask.height, width: mask.width)
        crossed.images[index].paste(other.images[index], other.masks[index], x: x, y: y)
        let rest = Mask(
          height: mask.height, width: mask.width, values: zip(mask.values, front.values).map { $0 & ~$1 })
        crossed.masks[index] = isOther ? front : rest
      }
      return crossed
    }
  }

  /// The videos' objects.
  public let targets: [(sequence: String, object: Int)]
  private let sequences: [any MaskAnnotated]
  private let places: [(sequence: Int, object: Int)]
  private let network: RTS

  /// The frames after the first, and how far behind it they lie at most.
  private static let laterFrames = 3, reach = 100
  /// How much the search region shows, in sides of the target.
  private static let factor = 5.0
  /// How far the region's centre strays, in sides of the target, and how its size does, as a logarithm's deviation. The
  /// released code's go as far as (3, 3) and (5.5, 4.5), and then move the region into the frame; without that every
  /// third target would be out of sight.
  private static let firstJitter = (center: Point(1, 0.6), scale: 0.25)
  private static let laterJitter = (center: Point(3.2, 1.8), scale: 0.3)
  /// Targets of fewer pixels are no example.
  private static let leastArea = 64

  /// Lists the objects of videos.
  /// - Throws: what reading them throws.
  public init(_ sequences: [any MaskAnnotated], for network: RTS) throws {
    (self.sequences, self.network) = (sequences, network)
    places = try sequences.enumerated().flatMap { index, sequence in
      try sequence.objects.map { (index, $0) }
    }
    targets = places.map { (sequences[$0.sequence].name, $0.object) }
  }

  /// A sequence of a target, crossed by another one's as often as not.
  /// - Throws: what reading its frames throws.
  public func crossedSample(_ target: Int, using generator: inout SeededGenerator) throws -> Sample {
    let sample = try sample(target, fromBox: generator.bool(), using: &generator)
    guard generator.bool() else { return sample }
    let other = try self.sample(generator.integer(0..<targets.count), fromBox: false, using: &generator)
    let (height, width) = network.inputSize
    let crossed = sample.crossed(
      by: other, x: generator.integer(-width / 4..<width / 4), y: generator.integer(-height / 4..<height / 4),
      turningTo: generator.bool())
    return crossed.masks[0].area >= Self.leastArea ? crossed : sample
  }

  /// A sequence of a target, of whose first mask the box alone may be told.
  /// - Throws: what reading its frames throws.
  public func sample(_ target: Int, fromBox: Bool, using generator: inout SeededGenerator) throws -> Sample {
    let (index, object) = places[target]
    let sequence = sequences[index]
    let frames = try drawFrames(sequence, object, using: &generator)
    let isMirrored = generator.bool(), isGrey = generator.bool(probability: 0.05)
    let saturation = generator.uniform(0.6..<1.4), hue = generator.uniform(-0.1..<0.1)
    var (images, masks) = ([Image](), [Mask]())
    var box = Box(x: 0, y: 0, width: 1, height: 1)
    for (index, frame) in frames.enumerated() {
      let image = try sequence.image(frame)
      let mask = try sequence.mask(frame, object: object) ?? Mask(height: image.height, width: image.width)
      box = mask.boundingBox ?? box
      let region = region(
        image, box, index == 0 ? Self.firstJitter : Self.laterJitter, using: &generator)
      var view = TargetView(image, mask, region.box, network.inputSize)
      view.turn(by: generator.uniform(-1..<1) * 15 * .pi / 180)
      if isMirrored { view.mirror() }
      images.append(
        view.image.adjusted(
          brightness: generator.uniform(0.8..<1.2), saturation: isGrey ? 0 : saturation, hue: hue))
      masks.append(view.mask)
    }
    return Sample(images: images, masks: masks, startsOnBox: fromBox)
  }

  /// A frame that shows the target, and later ones.
  private func drawFrames(
    _ sequence: any MaskAnnotated, _ object: Int, using generator: inout SeededGenerator
  ) throws -> [Int] {
    let annotated = sequence.annotatedFrames
    var first = 0
    for _ in 0..<10 {
      first = generator.integer(0..<max(annotated.count - Self.laterFrames, 1))
      let mask = try sequence.mask(annotated[first], object: object)
      if (mask?.area ?? 0) >= Self.leastArea { break }
    }
    let last = min(first + Self.reach, annotated.count - 1)
    let later = (0..<Self.laterFrames).map { _ in generator.integer(min(first + 1, last)..<last + 1) }
    return ([first] + later.sorted()).map { annotated[$0] }
  }

  private func region(
    _ image: Image, _ box: Box, _ jitter: (center: Point, scale: Double),
    using generator: inout SeededGenerator
  ) -> SearchRegion {
    let side = box.area.squareRoot() * exp(generator.normal(standardDeviation: jitter.scale))
    let x = generator.uniform(-0.5..<0.5), y = generator.uniform(-0.5..<0.5)
    return SearchRegion(
      around: Point(box.centerX, box.centerY) + side * jitter.center * Point(x, y), side: max(side, 1),
      of: image,
      for: network, factor: Self.factor)
  }
}

/// What the network sees of a frame and its mask, with a margin to turn them in.
struct TargetView {
  var image: Image
  private(set) var mask: Mask
  private let size: (height: Int, width: Int)

  private static let margin = 1.25

  init(_ image: Image, _ mask: Mask, _ region: Box, _ size: (height: Int, width: Int)) {
    self.size = size
    func enlarged(_ length: Int) -> Int { Int(Self.margin * Double(length)) }
    let region = region.scaled(by: Self.margin)
    self.image = image.patch(region, height: enlarged(size.height), width: enlarged(size.width))
    self.mask = Mask(mask.image.patch(region, height: enlarged(size.height), width: enlarged(size.width)))
  }

  /// Turns what is seen about its middle, and cuts the margin off.
  mutating func turn(by angle: Double) {
    let map = Affine.translation(-Double(image.width) / 2, -Double(image.height) / 2)
      .then(.rotation(angle)).then(.translation(Double(size.width) / 2, Double(size.height) / 2))
    image = image.warped(by: map, height: size.height, width: size.width)
    mask = mask.warped(by: map, height: size.height, width: size.width)
  }

  mutating func mirror() { (image, mask) = (image.flippedHorizontally(), mask.flippedHorizontally()) }
}
