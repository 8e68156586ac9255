import Tensor
import Vision

/// Tracks a target by ``SAMN``: the spatial memory tells where it is and whether it is to be trusted, the appearance memory
/// which pixels are its own. It starts on a mask, or on a box, in which it finds the target first.
///
/// ```swift
/// var tracker = SAMNTracker(network)
/// tracker.start(frames[0], on: .box(box))
/// let target = tracker.track(frames[1])     // target.mask
/// ```
public struct SAMNTracker: Tracker, Sendable {
  let network: SAMN
  let options: Options
  private var target: Target?

  /// What the tracker does with its network, and what may be left out of it.
  public struct Options: Sendable {
    /// Whether the spatial memory tells where the target is; otherwise the last mask does.
    public var locates = true
    /// Whether later frames join the appearance memory; otherwise it is the first one's.
    public var remembers = true
    /// Whether the target moves to where its mask is, and grows as that does, as in the released code. Otherwise the spatial
    /// memory tells both; a mask whose box overlaps with that joins the answer, and the appearance memory.
    public var followsMasks = false
    /// Whether uncertain frames are left out.
    public var filters = true
    /// Whether a box is segmented, and then the pixels found are remembered in its place.
    public var segmentsBox = true
    /// How many frames the appearance memory holds.
    public var capacity = 20
    /// Each so-many-th segmented frame is remembered for good.
    public var interval = 5
    /// Whether the answer is a rotated box, as VOT wants it, or one along the axes.
    public var answersRotated = false

    /// The released code's, but that masks don't lead.
    public init() {}
  }

  /// Below these uncertainties the target moves, changes its size, and is segmented.
  static let certain = 3.0, steady = 3.5, hopeless = 10.0
  /// The overlap from which on a mask's box and the spatial memory's are the same target's.
  private static let agreement = 0.5

  /// What is known of the target.
  struct Target: Sendable {
    /// Where it is, along the axes.
    var box: Box
    var spatial: SpatialMemory?
    var scaleFilter: ScaleFilter
    var uncertainty = Uncertainty()
    var appearance: AppearanceMemory
    /// The areas of its masks in frames before, in pixels of the frame.
    var areas: [Double]
    /// How its box is to be had from its mask's.
    let calibration: MaskCalibration
    var frame = 0
    var segmentedFrames = 0
  }

  /// A tracker of that network, whose weights it shares.
  public init(_ network: SAMN, options: Options = Options()) {
    (self.network, self.options) = (network, options)
  }

  /// Starts on the target: its pixels, or the box around it. A polygon that has no area is its box.
  public mutating func start(_ frame: Image, on region: Region) {
    let image = frame.converted(to: .rgb)
    let box = region.boundingBox.trackable(in: frame)
    let search = network.segmentationRegion(image, box)
    let seen = network.prepared(search.image(image))
    let (mask, found) = firstMask(search, seen, region, box)
    target = Target(
      box: box, spatial: options.locates ? network.spatialMemory(image, box) : nil,
      scaleFilter: ScaleFilter(image, box),
      appearance: AppearanceMemory(network.memorized(seen, mask: mask), capacity: options.capacity),
      areas: [search.scale.x * search.scale.y * mask.sum().item],
      calibration: MaskCalibration(box: search.inside(box), mask: found?.boundingBox))
  }

  /// What is remembered of the first frame, `[1, H, W, 1]`, and the pixels that were found in a box.
  private func firstMask(
    _ search: SearchRegion, _ seen: Tensor, _ region: Region, _ box: Box
  ) -> (Tensor, Mask?) {
    let side = network.inputSide
    let given = search.mask(of: region, box, side: side)
    if case .mask = region { return (given.tensor().expandingAxis(0), given) }
    guard options.segmentsBox else { return (given.tensor().expandingAxis(0), nil) }
    let boxMemory = network.memorized(seen, mask: given.tensor().expandingAxis(0))
    let dilated = Mask(search.inside(box).scaled(by: 1.1), height: side, width: side).tensor()
    let answer = network.probabilities(network.query(seen), [boxMemory]) * dilated
    let found = Mask(answer.squeezed(axis: 0), above: 0.5).largestComponent()
    // What is a tenth of the box is not the target.
    let isPlausible = 10 * found.area > given.area
    return isPlausible ? (answer, found) : (given.tensor().expandingAxis(0), nil)
  }

  /// The target's pixels in the next frame, its box, and how near to those before the spatial memory's answer is. Where it is
  /// not seen its last box is told, with a confidence of 0.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard var target else { fatalError("SAMNTracker: a frame to track in before one to start on") }
    defer { self.target = target }
    return follow(frame.converted(to: .rgb), &target)
  }

  private func follow(_ image: Image, _ target: inout Target) -> TrackedTarget {
    target.frame += 1
    let location = target.spatial.map { SpatialLocation(image, around: target.box, $0, network) }
    let uncertainty = location.map { options.filters ? target.uncertainty($0.peaks.score) : 1 } ?? 1
    if let location, uncertainty < Self.certain {
      target.box = target.scaleFilter.follow(image, location.box)
      target.uncertainty.remember(location.peaks.score)
    }
    guard uncertainty < Self.hopeless else {
      return TrackedTarget(
        .box(target.box), mask: Mask(height: image.height, width: image.width), confidence: 0)
    }

    let seen = Sight(network, image, target.box, target.appearance.frames)
    let told = seen.map { $0.region.outside(target.calibration($0.box)) }
    var answer = target.box, isRemembered = options.remembers && uncertainty < Self.certain
    if let seen, let told, location == nil || options.followsMasks {
      target.follow(told, area: seen.area, isSteady: uncertainty < Self.steady, in: image)
      answer = target.box
    } else if let told {
      let agrees = told.iou(target.box) > Self.agreement
      if agrees { answer = told.mean(target.box) }
      isRemembered = isRemembered && agrees
    }
    if let seen, isRemembered {
      target.segmentedFrames += 1
      target.appearance.remember(
        network.memorized(seen.image, mask: seen.probabilities),
        isKept: target.segmentedFrames % options.interval == 0)
    }
    if let location, uncertainty < Self.certain {
      let center = location.crop.inside(Point(target.box.centerX, target.box.centerY))
      target.spatial!.take(location, center: center, frame: target.frame)
    }
    let turned = options.answersRotated ? seen.flatMap { RotatedBox(fitting: $0.whole) } : nil
    return TrackedTarget(
      turned.map(Region.rotatedBox) ?? .box(answer),
      mask: seen?.whole ?? Mask(height: image.height, width: image.width),
      confidence: min(1 / uncertainty, 1))
  }
}

extension SAMNTracker {
  /// What is seen of the target in a frame; nil where that is next to nothing.
  fileprivate struct Sight {
    /// What the network saw, `[1, H, W, 3]`, and how probably each of its pixels is the target's.
    let image: Tensor, probabilities: Tensor
    /// The box around the target's largest region, and its area in pixels of the frame.
    let region: SearchRegion, box: Box, area: Double
    /// The target's pixels in the frame.
    let whole: Mask

    init?(_ network: SAMN, _ frame: Image, _ box: Box, _ memory: [MemorizedFrame]) {
      region = network.segmentationRegion(frame, box)
      image = network.prepared(region.image(frame))
      probabilities = network.probabilities(network.query(image), memory)
      let mask = Mask(probabilities.squeezed(axis: 0), above: 0.5).largestComponent()
      guard mask.area > network.leastArea, let around = mask.boundingBox else { return nil }
      self.box = around
      area = region.scale.x * region.scale.y * Double(mask.area)
      whole = region.mask(ofLogits: probabilities.squeezed(axis: 0) - 0.5).largestComponent()
    }
  }
}

extension SAMNTracker.Target {
  /// Follows the box that a mask tells, its size where that is certain, by a twentieth at most.
  fileprivate mutating func follow(_ told: Box, area: Double, isSteady: Bool, in frame: Image) {
    var size = Point(box.width, box.height)
    let change = area * Double(areas.count) / areas.reduce(0, +)
    if isSteady && change < 2 && change > 0.5 {
      areas = (areas + [area]).suffix(25)
      size = pointwiseMin(pointwiseMax(Point(told.width, told.height), 0.95 * size), 1.05 * size)
    }
    box = Box(centerX: told.centerX, centerY: told.centerY, width: size.x, height: size.y)
      .trackable(in: frame)
  }
}
