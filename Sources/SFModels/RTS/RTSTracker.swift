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
    /// From the box around its pixels to the box as it was drawn.
    var drawing = BoxDrawing()
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
    let center = Point(box.centerX, box.centerY), side = box.area.squareRoot()
    let search = SearchRegion(around: center, side: side, of: image, for: network)
    let seen = search.image(image)
    let features = network.features(seen.tensor().expandingAxis(0))
    func learner(_ mask: Mask) -> SegmentationLearner {
      SegmentationLearner(network, features.segmentation, mask.tensor().expandingAxis(0), options)
    }
    var target = Target(
      box: box, center: center, side: side, segmentation: learner(search.mask(mask)),
      instance: InstanceLearner(network, seen, search.inside(box), options))
    let isBox = if case .box = region { true } else { false }
    if isBox, options.refinesFirstMask,
      let refined = self.sight(features, search, target).mask(in: search.inside(box))
    {
      target.segmentation = learner(refined)
    }
    if isBox, options.measuresBoxes, let pixels = self.sight(features, search, target).boundingBox {
      target.drawing = BoxDrawing(of: box, around: search.outside(pixels))
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
    var expected: Box?
    if options.checksMasks, peak.score > options.detection {
      let last = search.inside(target.box)
      expected = Box(
        centerX: peak.place.x, centerY: peak.place.y, width: last.width, height: last.height)
    }
    return Sight(peak: peak, logits: logits, probabilities: search.probabilities(ofLogits: logits), expected)
  }

  private func follow(_ image: Image, _ target: inout Target) -> TrackedTarget {
    target.frame += 1
    let search = SearchRegion(around: target.center, side: target.side, of: image, for: network)
    let features = network.features(search.image(image).tensor().expandingAxis(0))
    let sight = self.sight(features, search, target)
    let isSeen = sight.peak.score > options.detection
    let moments = TargetMoments(sight.probabilities)
    // A target is as large as the search region's share of it; a hundredth of that is no target.
    let (height, width) = network.inputSize
    let least = Double(height * width) / (network.searchFactor * network.searchFactor) / 100
    let pixels = moments.area > least ? sight.boundingBox : nil
    var box = pixels.map { target.drawing(search.outside($0)).trackable(in: image) }
    if options.checksMasks, let told = box, !target.isPlausible(told) { box = nil }

    switch (isSeen, box) {
    case (true, let box?):
      // (a) Both see it: both learn.
      target.move(to: search.outside(moments.center), size: moments.size * search.scale)
      target.box = box
      let center = search.inside(box)
      if options.remembers(target.frame) {
        target.remember(features, sight.probabilities, Point(center.centerX, center.centerY))
      }
    case (true, nil) where options.fallsBack:
      // (c) The instance branch alone sees it: it tells where, and learns.
      let place = search.outside(sight.peak.place)
      target.box = Box(
        centerX: place.x, centerY: place.y, width: target.box.width, height: target.box.height
      ).trackable(in: image)
      target.center = Point(target.box.centerX, target.box.centerY)
      if options.remembers(target.frame) { target.rememberInstance(features, sight.peak.place) }
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

  private func learn(_ target: inout Target) {
    guard options.learns(in: target.frame) else { return }
    if target.segmentationIsNew { target.segmentation.learn(steps: options.segmentationSteps) }
    if target.instanceIsNew { target.instance.learn(steps: options.instanceSteps) }
    (target.segmentationIsNew, target.instanceIsNew) = (false, false)
  }
}

extension RTSTracker.Target {
  /// Follows a centre, and a size by a fifth at most.
  fileprivate mutating func move(to center: Point, size: Point) {
    self.center = center
    side = min(max((size.x * size.y).squareRoot(), 0.8 * side), 1.2 * side)
  }

  /// Whether a box may be the target's: no target grows or shrinks much from one frame to the next.
  fileprivate func isPlausible(_ box: Box) -> Bool { (0.5...2).contains(box.area / self.box.area) }

  fileprivate mutating func remember(_ features: RTS.Features, _ probabilities: Tensor, _ center: Point) {
    segmentation.remember(
      features.segmentation, probabilities: probabilities.expandingAxis(0).expandingAxis(-1))
    segmentationIsNew = true
    rememberInstance(features, center)
  }

  fileprivate mutating func rememberInstance(_ features: RTS.Features, _ center: Point) {
    instance.remember(features.instance, center: center)
    instanceIsNew = true
  }
}
