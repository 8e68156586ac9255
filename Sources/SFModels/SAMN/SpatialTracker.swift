import Vision

/// The spatial memory of ``SAMN`` alone: it tells where the target is by its filter's answers, and how large by the best of
/// three scales. It needs no training but its backbone's.
public struct SpatialTracker: Tracker, Sendable {
  private let network: SAMN
  private var target: (box: Box, memory: SpatialMemory, uncertainty: Uncertainty, frame: Int)?

  /// A tracker of that network, whose query encoder it shares.
  public init(_ network: SAMN) { self.network = network }

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on region: Region) {
    let image = frame.converted(to: .rgb)
    let box = region.boundingBox.trackable(in: frame)
    target = (box, network.spatialMemory(image, box), Uncertainty(), 0)
  }

  /// The target's box in the next frame, and the filter's answer.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard var target else { fatalError("SpatialTracker: a frame to track in before one to start on") }
    defer { self.target = target }
    target.frame += 1
    let image = frame.converted(to: .rgb)
    let location = SpatialLocation(image, around: target.box, target.memory, network)
    let peak = location.peaks.value
    if target.uncertainty(peak) < SAMNTracker.certain {
      target.box = location.box
      target.uncertainty.remember(peak)
      target.memory.take(location, center: location.peaks.place, frame: target.frame)
    }
    return TrackedTarget(.box(target.box), confidence: min(max(peak, 0), 1))
  }
}
