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

  /// What the tracker does with its network: the released code's choices, and what may be left out of it.
  public struct Options: Sendable {
    /// Whether the spatial memory tells where the target is; otherwise the last mask does.
    public var locates = true
    /// Whether later frames join the appearance memory; otherwise it is the first one's.
    public var remembers = true
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

    /// The released code's.
    public init() {}
  }

  /// Below these uncertainties the target moves, changes its size, and is segmented.
  static let certain = 3.0, steady = 3.5, hopeless = 10.0

  /// What is known of the target.
  struct Target: Sendable {
    /// Where it is, along the axes.
    var box: Box
    var spatial: SpatialMemory?
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
      box: box, spatial: options.locates ? network.spatialMemory(image, box, .init()) : nil,
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
    let location = target.spatial.map { locate(image, $0, target) }
    let uncertainty = options.filters ? location?.uncertainty ?? 1 : 1
    if let location, uncertainty < Self.certain {
      target.box = target.box.centred(at: location.center).trackable(in: image)
      target.uncertainty.remember(location.peaks.value)
    }
    guard uncertainty < Self.hopeless else {
      return TrackedTarget(
        .box(target.box), mask: Mask(height: image.height, width: image.width), confidence: 0)
    }

    let search = network.segmentationRegion(image, target.box)
    let seen = network.prepared(search.image(image))
    let probabilities = network.probabilities(network.query(seen), target.appearance.frames)
    let mask = Mask(probabilities.squeezed(axis: 0), above: 0.5).largestComponent()
    let whole = search.mask(ofLogits: probabilities.squeezed(axis: 0) - 0.5).largestComponent()
    let isFound = mask.area > network.leastArea
    if isFound { follow(mask, search, whole, uncertainty, image, &target) }
    if isFound && options.remembers && uncertainty < Self.certain {
      target.segmentedFrames += 1
      target.appearance.remember(
        network.memorized(seen, mask: probabilities),
        isKept: target.segmentedFrames % options.interval == 0)
    }
    if let location, uncertainty < Self.certain {
      target.spatial!.take(
        location.features, location.peaks,
        center: location.crop.inside(Point(target.box.centerX, target.box.centerY)), frame: target.frame)
    }
    let region = isFound && options.answersRotated ? RotatedBox(fitting: whole).map(Region.rotatedBox) : nil
    return TrackedTarget(
      region ?? .box(target.box), mask: isFound ? whole : Mask(height: image.height, width: image.width),
      confidence: min(1 / uncertainty, 1))
  }

  /// Where the spatial memory sees the target.
  private struct Location {
    let crop: SpatialCrop
    let features: Tensor
    let peaks: SpatialPeaks
    let uncertainty: Double
    var center: Point { crop.outside(peaks.place) }
  }

  private func locate(_ image: Image, _ memory: SpatialMemory, _ target: Target) -> Location {
    let crop = SpatialCrop(target.box, SpatialMemory.Options())
    let features = memory.projected(network.spatialFeatures([crop.image(image)]))
    let peaks = memory.peaks(features, target: crop.targetSize)
    return Location(
      crop: crop, features: features, peaks: peaks, uncertainty: target.uncertainty(peaks.value))
  }

  /// Follows what the mask tells: its place, and its size where that is certain, by a twentieth at most.
  private func follow(
    _ mask: Mask, _ search: SearchRegion, _ whole: Mask, _ uncertainty: Double, _ image: Image,
    _ target: inout Target
  ) {
    let box = search.outside(target.calibration(mask.boundingBox!))
    let area = search.scale.x * search.scale.y * Double(mask.area)
    let change = area / (target.areas.reduce(0, +) / Double(target.areas.count))
    var size = Point(target.box.width, target.box.height)
    if uncertainty < Self.steady && change < 2 && change > 0.5 {
      target.areas = (target.areas + [area]).suffix(25)
      let wanted = Point(box.width, box.height)
      size = pointwiseMin(pointwiseMax(wanted, 0.95 * size), 1.05 * size)
    }
    target.box = Box(
      centerX: box.centerX, centerY: box.centerY, width: size.x, height: size.y
    ).trackable(in: image)
  }
}
