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

  /// What the tracker does with its network, and how often: the released code's choices, §3.6 in words.
  public struct Options: Sendable {
    /// The score above which the instance model sees the target, t_sc.
    public var detection = 0.3
    /// Whether the mask hears of the instance model's scores.
    public var conditions = true
    /// Whether the instance model tells the box where there is no mask.
    public var fallsBack = true
    /// How many frames are remembered.
    public var segmentationMemory = 32, instanceMemory = 50
    /// How much a new frame counts in each memory.
    public var segmentationRate = 0.1, instanceRate = 0.01
    /// The learners' steps on the first frame.
    public var firstSegmentationSteps = 20, firstInstanceSteps = 10
    /// The learners' steps later on.
    public var segmentationSteps = 3, instanceSteps = 2
    /// Up to this frame the learners learn in each, and then in every so-many-th.
    public var eagerFrames = 100, interval = 20
    /// Whether memories take in each frame, as in the released code; in the paper only those in which the learners learn.
    public var remembersEachFrame = true
    /// How the first frame is varied for the instance model.
    public var firstSamples = FirstSamples.released

    /// The released code's.
    public init() {}

    /// Whether the learners learn in a frame, counted from 0.
    fileprivate func learns(in frame: Int) -> Bool { frame < eagerFrames || frame % interval == 0 }

    /// Whether memories take a frame in.
    fileprivate func remembers(_ frame: Int) -> Bool { remembersEachFrame || learns(in: frame) }
  }

  /// What is known of the target.
  fileprivate struct Target: Sendable {
    var box: Box
    var center: Point
    /// The side of a square as large.
    var side: Double
    var frame = 0
    var segmentation: SegmentationLearner
    var instance: InstanceLearner
    var segmentationIsNew = false
    var instanceIsNew = false
  }

  /// A tracker of that network, whose weights it shares.
  public init(_ network: RTS, firstMask: FirstMask = .ellipse, options: Options = Options()) {
    (self.network, self.firstMask, self.options) = (network, firstMask, options)
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
    target = Target(
      box: box, center: center, side: side,
      segmentation: SegmentationLearner(
        network, features.segmentation, search.mask(mask).tensor().expandingAxis(0), options),
      instance: InstanceLearner(network, seen, search.inside(box), options))
  }

  /// The target's pixels in the next frame, the box around them, and the instance model's score. Where the target is not seen
  /// its last box is told, with a confidence of 0.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard var target else { fatalError("RTSTracker: a frame to track in before one to start on") }
    defer { self.target = target }
    return follow(frame.converted(to: .rgb), &target)
  }

  private func follow(_ image: Image, _ target: inout Target) -> TrackedTarget {
    target.frame += 1
    let search = SearchRegion(around: target.center, side: target.side, of: image, for: network)
    let features = network.features(search.image(image).tensor().expandingAxis(0))
    let scores = target.instance.scores(features.instance)
    let peak = target.instance.peak(scores)
    let (height, width) = network.inputSize
    let logits = network.logits(
      features.levels, encodings: target.segmentation.encodings(features.segmentation),
      scores: options.conditions ? scores : nil, height: height, width: width)[0]
    let probabilities = search.probabilities(ofLogits: logits)
    let moments = TargetMoments(probabilities)
    let mask = search.mask(ofLogits: logits)
    // A target is as large as the search region's share of it; a hundredth of that is no target.
    let least = Double(height * width) / (network.searchFactor * network.searchFactor) / 100
    let box = moments.area > least ? mask.boundingBox : nil

    switch (isSeen: peak.score > options.detection, box) {
    case (true, let box?):
      // (a) Both see it: both learn.
      target.move(to: search.outside(moments.center), size: moments.size * search.scale)
      target.box = box
      let center = search.inside(box)
      if options.remembers(target.frame) {
        target.remember(features, probabilities, Point(center.centerX, center.centerY))
      }
    case (true, nil) where options.fallsBack:
      // (c) The instance branch alone sees it: it tells where, and learns.
      let place = search.outside(peak.place)
      target.box = Box(
        centerX: place.x, centerY: place.y, width: target.box.width, height: target.box.height
      ).trackable(in: image)
      target.center = Point(target.box.centerX, target.box.centerY)
      if options.remembers(target.frame) { target.rememberInstance(features, peak.place) }
    case (false, let box?):
      // (b) and (d): neither learns.
      target.box = box
    default:
      return TrackedTarget(
        .box(target.box), mask: Mask(height: image.height, width: image.width), confidence: 0)
    }
    learn(&target)
    return TrackedTarget(.box(target.box), mask: mask, confidence: min(max(peak.score, 0), 1))
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
