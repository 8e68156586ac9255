import Foundation
import Tensor
import Vision

/// Pairs of an exemplar and a search image, drawn from targets that boxes or masks tell (the report on deep object tracking,
/// §3.1): the exemplar from one frame, the search image from another frame of the same target, or, of a still image, from the
/// same. A pair depends on the generator alone.
public struct SiamesePairs: Sendable {
  /// The number of targets.
  public var count: Int { targets.count }

  private let targets: [AnnotatedTarget]
  private let distractors: SemanticDistractors
  private let crops: SiameseCrops
  private let augmentation: SiameseAugmentation
  private let longestGap: Int

  /// Pairs of these targets.
  /// - Parameters:
  ///   - targets: the targets, at least one.
  ///   - distractors: what to take distractors from; the targets themselves unless given.
  ///   - crops: what a network sees.
  ///   - augmentation: how pairs differ from what the frames show.
  ///   - longestGap: how many frames the two are apart at most.
  public init(
    _ targets: [AnnotatedTarget], distractors: [AnnotatedTarget]? = nil, crops: SiameseCrops,
    augmentation: SiameseAugmentation = SiameseAugmentation(), longestGap: Int = 100
  ) {
    require(
      !targets.isEmpty && longestGap >= 0,
      "SiamesePairs: \(targets.count) targets, \(longestGap) frames apart")
    (self.targets, self.crops, self.augmentation) = (targets, crops, augmentation)
    self.distractors = SemanticDistractors(distractors ?? targets)
    self.longestGap = longestGap
  }

  /// The name of a target.
  public func name(of index: Int) -> String { targets[index].name }

  /// A pair of a target. Where the target is seen in none of a few frames drawn, another target is taken.
  /// - Throws: what reading the frames or their annotations throws; `DatasetError.noObjects` where no target is seen.
  public func pair(_ index: Int, using generator: inout SeededGenerator) throws -> SiamesePair {
    for attempt in 0..<32 {
      let target = targets[attempt == 0 ? index : generator.integer(0..<count)]
      if let (exemplar, search) = try frames(of: target, using: &generator) {
        return try pair(of: target, exemplar, search, using: &generator)
      }
    }
    throw DatasetError.noObjects(path: targets[index].name)
  }

  /// A frame with the target's box in it.
  private typealias Seen = (frame: Int, box: Box)

  private func frames(of target: AnnotatedTarget, using generator: inout SeededGenerator) throws -> (
    Seen, Seen
  )? {
    let frames = target.frames
    guard !frames.isEmpty else { return nil }
    for _ in 0..<4 {
      let first = generator.integer(0..<frames.count)
      let near = frames.indices.filter { abs(frames[$0] - frames[first]) <= longestGap }
      let second = near[generator.integer(0..<near.count)]
      if let one = try target.box(frames[first]), let other = try target.box(frames[second]) {
        return ((frames[first], one), (frames[second], other))
      }
    }
    return nil
  }

  private func pair(
    of target: AnnotatedTarget, _ exemplar: Seen, _ search: Seen, using generator: inout SeededGenerator
  ) throws -> SiamesePair {
    let exemplarWindow = crops.exemplarWindow(exemplar.box)
    var picture = try crop(
      target.image(exemplar.frame), exemplarWindow, size: crops.exemplarSize, using: &generator)

    var window = crops.searchWindow(search.box)
    let side = window.width
    func shift() -> Double {
      side * generator.uniform(-augmentation.translation..<augmentation.translation.nextUp)
    }
    window = window.scaled(by: generator.uniform(augmentation.scale)).translated(x: shift(), y: shift())
    let box = search.box.seen(in: window, size: crops.searchSize)
    var place = try crop(target.image(search.frame), window, size: crops.searchSize, using: &generator)
    if generator.bool(probability: augmentation.distractorShare) {
      for _ in 0..<generator.integer(1..<augmentation.distractorCount + 1) {
        try distractors.paste(onto: &place, besides: box, of: target, using: &generator)
      }
    }
    if generator.bool(probability: augmentation.greyShare) {
      picture = picture.converted(to: .grey).converted(to: .rgb)
      place = place.converted(to: .grey).converted(to: .rgb)
    }
    if augmentation.colorChange > 0 {
      picture = recoloured(picture, using: &generator)
      place = recoloured(place, using: &generator)
    }
    let pair = SiamesePair(
      exemplar: picture, exemplarBox: exemplar.box.seen(in: exemplarWindow, size: crops.exemplarSize),
      search: place,
      target: box, guide: box.guide(error: augmentation.guideError, using: &generator))
    return augmentation.flipShare > 0 && generator.bool(probability: augmentation.flipShare)
      ? pair.mirrored : pair
  }

  /// An image whose colours differ from the frame's.
  private func recoloured(_ image: Image, using generator: inout SeededGenerator) -> Image {
    func factor() -> Double { 1 + augmentation.colorChange * generator.uniform(-1..<1) }
    return image.adjusted(brightness: factor(), contrast: factor(), saturation: factor())
  }

  private func crop(
    _ image: Image, _ window: Box, size: Int, using generator: inout SeededGenerator
  ) -> Image {
    let crop = image.crop(window, size: size, fill: image.meanColor)
    guard generator.bool(probability: augmentation.blurShare) else { return crop }
    let (length, angle) = (
      augmentation.blurLength * Double(size) * generator.uniform(), generator.uniform(0..<2 * .pi)
    )
    return crop.motionBlurred(x: length * cos(angle), y: length * sin(angle))
  }
}

extension SiamesePair {
  /// The pair seen in a mirror.
  fileprivate var mirrored: SiamesePair {
    func mirrored(_ box: Box, in image: Image) -> Box {
      Box(x: Double(image.width) - box.maxX, y: box.y, width: box.width, height: box.height)
    }
    return SiamesePair(
      exemplar: exemplar.flippedHorizontally(), exemplarBox: mirrored(exemplarBox, in: exemplar),
      search: search.flippedHorizontally(), target: mirrored(target, in: search),
      guide: mirrored(guide, in: search))
  }
}

extension Box {
  /// The box as a tracker might have seen it one frame before: moved and resized at random.
  fileprivate func guide(error: Double, using generator: inout SeededGenerator) -> Box {
    func draw() -> Double { generator.normal(standardDeviation: error) }
    return Box(
      centerX: centerX + width * draw(), centerY: centerY + height * draw(), width: width * exp(draw()),
      height: height * exp(draw()))
  }
}
