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
  let network: RTS
  private let firstMask: FirstMask
  let options: Options
  private var target: Target?

  /// What is known of the target.
  struct Target: Sendable {
    var box: Box
    var center: Point
    /// The side of a square as large.
    var side: Double
    var frame = 0
    var segmentation: SegmentationLearner
    var instance: InstanceLearner
    /// From the box around its pixels to the box as it was drawn; nil where pixels tell no box.
    var drawing: BoxDrawing? = BoxDrawing()
    /// Tells the size where the instance branch leads.
    var scaleFilter: ScaleFilter?
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
    let isLed = isBox && options.followsInstance
    let search = SearchRegion(
      around: center, side: side, of: image, for: network, isLimited: !isLed)
    let seen = search.image(image)
    let features = network.features(seen.tensor().expandingAxis(0))
    func learner(_ mask: Mask) -> SegmentationLearner {
      SegmentationLearner(network, features.segmentation, mask.tensor().expandingAxis(0), options)
    }
    var target = Target(
      box: box, center: center, side: side, segmentation: learner(search.mask(mask)),
      instance: InstanceLearner(network, seen, search.inside(box), options),
      scaleFilter: isLed ? ScaleFilter(image, box) : nil)
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
    target.frame += 1
    let image = frame.converted(to: .rgb)
    let search = target.search(image, network)
    let features = network.features(search.image(image).tensor().expandingAxis(0))
    let seen = Seen(
      image: image, search: search, features: features, sight: sight(features, search, target))
    return target.scaleFilter == nil ? follow(seen, &target) : followInstance(seen, &target)
  }

  /// What is seen of a frame.
  struct Seen {
    let image: Image
    let search: SearchRegion
    let features: RTS.Features
    let sight: Sight
  }

  private func sight(_ features: RTS.Features, _ search: SearchRegion, _ target: Target) -> Sight {
    let scores = target.instance.scores(features.instance)
    let (height, width) = network.inputSize
    let logits = network.logits(
      features.levels, encodings: target.segmentation.encodings(features.segmentation),
      scores: options.conditions ? scores : nil, height: height, width: width)[0]
    let last = search.inside(target.box)
    let peaks = target.instance.peaks(scores, target: last.size)
    // Where the instance branch sees the target it should be about as large as before.
    let expected = peaks.score > options.detection ? last.centred(at: peaks.place) : last
    return Sight(
      peaks: peaks, logits: logits, probabilities: search.probabilities(ofLogits: logits),
      expected: expected, isAlone: target.scaleFilter != nil)
  }

  /// The box around the target's pixels, drawn as the first one was; nil where they are next to nothing.
  func told(_ seen: Seen, _ target: Target) -> Box? {
    // A target is as large as the search region's share of it; a hundredth of that is no target.
    let (height, width) = network.inputSize
    let least = Double(height * width) / (network.searchFactor * network.searchFactor) / 100
    guard seen.sight.probabilities.sum().item > least, let pixels = seen.sight.boundingBox else {
      return nil
    }
    return target.drawing.map { $0(seen.search.outside(pixels)).trackable(in: seen.image) }
  }

  /// The released code's rules.
  private func follow(_ seen: Seen, _ target: inout Target) -> TrackedTarget {
    let (search, sight) = (seen.search, seen.sight)
    let isSeen = sight.peaks.score > options.detection
    switch (isSeen, told(seen, target)) {
    case (true, let box?):
      // (a) Both see it: both learn.
      target.box = box
      let moments = TargetMoments(sight.probabilities)
      target.move(to: search.outside(moments.center), size: moments.size * search.scale)
      if options.remembers(target.frame) {
        target.remember(seen)
        let place = search.inside(box)
        target.rememberInstance(seen.features.instance, Point(place.centerX, place.centerY))
      }
    case (true, nil) where options.fallsBack:
      // (c) The instance branch alone sees it: it tells where, and learns.
      target.center = search.outside(sight.peaks.place)
      target.box = target.box.centred(at: target.center).trackable(in: seen.image)
      if options.remembers(target.frame) {
        target.rememberInstance(seen.features.instance, sight.peaks.place)
      }
    case (false, let box?):
      // (b) and (d): neither learns.
      target.box = box
    default: return .lost(target.box, in: seen.image)
    }
    learn(&target)
    return TrackedTarget(
      .box(target.box), mask: search.mask(ofLogits: sight.logits),
      confidence: min(max(sight.peaks.score, 0), 1))
  }

  private func learn(_ target: inout Target) {
    learnMasks(&target)
    guard options.learns(in: target.frame), target.instanceIsNew else { return }
    target.instance.learn(steps: options.instanceSteps)
    target.instanceIsNew = false
  }

  /// The segmentation branch learns what it remembers since it learned last, where it is time.
  func learnMasks(_ target: inout Target) {
    guard options.learns(in: target.frame), target.segmentationIsNew else { return }
    target.segmentation.learn(steps: options.segmentationSteps)
    target.segmentationIsNew = false
  }
}

extension RTSTracker.Target {
  /// Where to look for it. Where the instance branch leads, a large target should look as large as others.
  fileprivate func search(_ image: Image, _ network: RTS) -> SearchRegion {
    SearchRegion(around: center, side: side, of: image, for: network, isLimited: scaleFilter == nil)
  }

  /// Follows a centre, and a size by a fifth at most.
  fileprivate mutating func move(to center: Point, size: Point) {
    self.center = center
    side = min(max((size.x * size.y).squareRoot(), 0.8 * side), 1.2 * side)
  }

  /// The segmentation branch remembers what is seen.
  mutating func remember(_ seen: RTSTracker.Seen) {
    segmentation.remember(
      seen.features.segmentation,
      probabilities: seen.sight.probabilities.expandingAxis(0).expandingAxis(-1))
    segmentationIsNew = true
  }

  fileprivate mutating func rememberInstance(_ features: Tensor, _ center: Point) {
    instance.remember(features, center: center)
    instanceIsNew = true
  }
}

extension TrackedTarget {
  /// A target that is not seen, where it was last.
  static func lost(_ box: Box, in frame: Image) -> Self {
    Self(.box(box), mask: Mask(height: frame.height, width: frame.width), confidence: 0)
  }
}
