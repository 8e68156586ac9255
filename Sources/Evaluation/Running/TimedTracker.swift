import Vision

/// Makes a tracker, a fresh one for each run.
public typealias TrackerFactory = @Sendable () throws -> any Tracker

/// A tracker under a stop watch.
struct TimedTracker {
  private var tracker: any Tracker

  init(_ tracker: any Tracker) { self.tracker = tracker }

  /// Starts on a frame; returns the seconds it took.
  mutating func start(_ frame: Image, on target: Region) throws -> Double {
    let start = ContinuousClock.now
    try tracker.start(frame, on: target)
    return (ContinuousClock.now - start) / .seconds(1)
  }

  /// Where the target is in the next frame, and the seconds it took. What has no area, or a coordinate that is not finite,
  /// is a lost target.
  mutating func track(_ frame: Image) throws -> (target: TrackedTarget?, seconds: Double) {
    let start = ContinuousClock.now
    let target = try tracker.track(frame)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let box = target.region.boundingBox
    let isFound = [box.x, box.y, box.width, box.height].allSatisfy(\.isFinite) && !box.isEmpty
    return (isFound ? target : nil, seconds)
  }
}
