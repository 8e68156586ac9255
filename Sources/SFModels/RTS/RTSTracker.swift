import Tensor
import Vision

/// Tracks a target by ``RTS``: tells its pixels, learns from what it tells, and starts on a mask or on a box.
///
/// ```swift
/// var tracker = RTSTracker(network)
/// try tracker.start(frames[0], on: .mask(mask))
/// let target = try tracker.track(frames[1])     // target.mask
/// ```
public struct RTSTracker: Tracker, Sendable {
  private let network: RTS
  private let firstMask: FirstMask
  private let options: Options
  private var target: Target?

  /// What is known of the target.
  fileprivate struct Target: Sendable {
    var box: Box
    var center: Point
    /// The side of a square as large.
    var side: Double
    var frame = 0
    var segmentation: SegmentationLearner
    var instance: InstanceLearner
    /// From the box around its pixels to the box as it was drawn; nil where pixels tell no box.
    var drawing: BoxDrawing? = BoxDrawing()
    /// Whether masks are checked against the instance branch.
    let isChecked: Bool
    var segmentationIsNew = false
    var instanceIsNew = false
  }

  /// A tracker of that network, whose weights it shares; by the options that suit it unless others are given.
  public init(_ network: RTS, firstMask: FirstMask = .ellipse, options: Options? = nil) {
    (self.network, self.firstMask) = (network, firstMask)
    self.options = options ?? Options(for: network.preset)
  }

  /// Starts on the target: its pixels, or what the box around it tells of them.
  public mutating func start(_ frame: Image, on region: Region) {
    let image = frame.converted(to: .rgb)
    let box = region.boundingBox.trackable(in: frame)
    let mask = firstMask(image, region, box)
    let center = Point(box.centerX, box.centerY)
    let side = box.area.squareRoot()
    // Who gives a mask wants masks; who gives a box wants boxes.
    let isBox = if case .box = region { true } else { false }
    let isChecked = isBox && options.checksMasks
    let search = SearchRegion(
      around: center, side: side, of: image, for: network, isLimited: !isChecked)
    let seen = search.image(image)
    let features = network.features(seen.tensor().expandingAxis(0))
    func learner(_ mask: Mask) -> SegmentationLearner {
      SegmentationLearner(network, features.segmentation, mask.tensor().expandingAxis(0), options)
    }
    var target = Target(
      box: box, center: center, side: side, segmentation: learner(search.mask(mask)),
      instance: InstanceLearner(network, seen, search.inside(box), options), isChecked: isChecked)
    if isBox, options.refinesFirstMask,
      let refined = self.sight(features, search, target).mask(in: search.inside(box))
    {
      target.segmentation = learner(refined)
    }
    if isBox, options.measuresBoxes {
      target.drawing = self.sight(features, search, target).boundingBox.flatMap {
        BoxDrawing(of: box, around: search.outside($0))
      }
    }
    self.target = target
  }

  /// The target's pixels in the next frame, the box around them, and the instance model's score. Where the target is not seen
  /// its last box is told, with a confidence of 0.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard var target else { fatalError("RTSTracker: a frame to track in before one to start on") }
    defer { self.target = target }
    return follow(frame.converted(to: .rgb), &target)
  }

  private func sight(_ features: RTS.Features, _ search: SearchRegion, _ target: Target) -> Sight {
    let scores = target.instance.scores(features.instance)
    let (height, width) = network.inputSize
    let logits = network.logits(
      features.levels, encodings: target.segmentation.encodings(features.segmentation),
      scores: options.conditions ? scores : nil, height: height, width: width)[0]
    let peak = target.instance.peak(scores)
    // Where the instance branch sees the target it should be about as large as before.
    let last = search.inside(target.box)
    let expected = peak.score > options.detection ? last.centred(at: peak.place) : last
    return Sight(
      peak: peak, logits: logits, probabilities: search.probabilities(ofLogits: logits),
      expected: expected, isAlone: target.isChecked)
  }

  private func follow(_ image: Image, _ target: inout Target) -> TrackedTarget {
    target.frame += 1
    let search = target.search(image, network)
    let features = network.features(search.image(image).tensor().expandingAxis(0))
    let sight = self.sight(features, search, target)
    let isSeen = sight.peak.score > options.detection
    let moments = TargetMoments(sight.probabilities)
    // A target is as large as the search region's share of it; a hundredth of that is no target.
    let (height, width) = network.inputSize
    let least = Double(height * width) / (network.searchFactor * network.searchFactor) / 100
    let pixels = moments.area > least ? sight.boundingBox : nil
    var box = pixels.flatMap { pixels in
      target.drawing.map { $0(search.outside(pixels)).trackable(in: image) }
    }
    if target.isChecked, let told = box {
      let expected = search.outside(sight.expected)
      box = told.iou(expected) > 0.5 ? expected.moved(to: told, by: 0.25) : nil
    }

    switch (isSeen, box) {
    case (true, let box?):
      // (a) Both see it: both learn.
      target.box = box
      if target.isChecked {
        target.follow(box)
      } else {
        target.move(to: search.outside(moments.center), size: moments.size * search.scale)
      }
      let place = search.inside(box)
      if options.remembers(target.frame) {
        // Checked, the instance branch goes by what it sees itself, or a leaking mask would draw it along.
        target.remember(
          features, sight.probabilities,
          target.isChecked ? sight.peak.place : Point(place.centerX, place.centerY))
      }
    case (true, nil) where options.fallsBack:
      // (c) The instance branch alone sees it: it tells where, and learns.
      let best = bestSighting(
        Sighting(search: search, features: features.instance, peak: sight.peak, scale: 1), image,
        target)
      target.box = best.box(after: target.box, in: image)
      target.center = Point(target.box.centerX, target.box.centerY)
      if target.isChecked { target.follow(target.box) }
      if options.remembers(target.frame) { target.rememberInstance(best.features, best.peak.place) }
    case (false, let box?):
      // (b) and (d): neither learns.
      target.box = box
    default:
      return TrackedTarget(
        .box(target.box), mask: Mask(height: image.height, width: image.width), confidence: 0)
    }
    learn(&target)
    return TrackedTarget(
      .box(target.box), mask: search.mask(ofLogits: sight.logits),
      confidence: min(max(sight.peak.score, 0), 1))
  }

  /// The best of three scales, where the instance branch alone must tell the size.
  private func bestSighting(_ first: Sighting, _ image: Image, _ target: Target) -> Sighting {
    guard target.isChecked else { return first }
    let others = Sighting.scales.map { scale in
      target.instance.sighting(image, target.search(image, network, scale: scale), scale: scale)
    }
    return .best([first] + others)
  }

  private func learn(_ target: inout Target) {
    guard options.learns(in: target.frame) else { return }
    if target.segmentationIsNew { target.segmentation.learn(steps: options.segmentationSteps) }
    if target.instanceIsNew { target.instance.learn(steps: options.instanceSteps) }
    (target.segmentationIsNew, target.instanceIsNew) = (false, false)
  }
}

extension RTSTracker.Target {
  /// Where to look for it. By checked masks a large target should look as large as others.
  fileprivate func search(_ image: Image, _ network: RTS, scale: Double = 1) -> SearchRegion {
    SearchRegion(
      around: center, side: scale * side, of: image, for: network, isLimited: !isChecked)
  }

  /// Follows a centre, and a size by a fifth at most.
  fileprivate mutating func move(to center: Point, size: Point) {
    self.center = center
    side = min(max((size.x * size.y).squareRoot(), 0.8 * side), 1.2 * side)
  }

  /// Follows a box.
  fileprivate mutating func follow(_ box: Box) {
    (center, side) = (Point(box.centerX, box.centerY), box.area.squareRoot())
  }

  fileprivate mutating func remember(
    _ features: RTS.Features, _ probabilities: Tensor, _ center: Point
  ) {
    segmentation.remember(
      features.segmentation, probabilities: probabilities.expandingAxis(0).expandingAxis(-1))
    segmentationIsNew = true
    rememberInstance(features.instance, center)
  }

  fileprivate mutating func rememberInstance(_ features: Tensor, _ center: Point) {
    instance.remember(features, center: center)
    instanceIsNew = true
  }
}
