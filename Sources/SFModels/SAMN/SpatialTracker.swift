import Vision

/// The spatial memory of ``SAMN`` alone: it tells where the target is by its filter's answers, and a correlation filter along
/// scales how large. It needs no training but its backbone's.
public struct SpatialTracker: Tracker, Sendable {
  private let network: SAMN
  private var target: Target?

  private struct Target: Sendable {
    var box: Box
    var memory: SpatialMemory
    var scaleFilter: ScaleFilter
    var uncertainty = Uncertainty()
    var frame = 0
  }

  /// A tracker of that network, whose query encoder it shares.
  public init(_ network: SAMN) { self.network = network }

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on region: Region) {
    let image = frame.converted(to: .rgb)
    let box = region.boundingBox.trackable(in: frame)
    target = Target(
      box: box, memory: network.spatialMemory(image, box), scaleFilter: ScaleFilter(image, box))
  }

  /// The target's box in the next frame, and the filter's answer.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard var target else { fatalError("SpatialTracker: a frame to track in before one to start on") }
    defer { self.target = target }
    target.frame += 1
    let image = frame.converted(to: .rgb)
    let location = SpatialLocation(image, around: target.box, target.memory, network)
    let peak = location.peaks.score
    if target.uncertainty(peak) < SAMNTracker.certain {
      target.box = target.scaleFilter.follow(image, location.box)
      target.uncertainty.remember(peak)
      target.memory.take(location, center: location.peaks.place, frame: target.frame)
    }
    return TrackedTarget(.box(target.box), confidence: min(max(peak, 0), 1))
  }
}
