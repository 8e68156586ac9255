/// Follows one target through a video, frame by frame, from where it is in the first.
///
/// A tracker is a value: a copy tracks on its own from there on.
///
/// ```swift
/// var tracker = NanoTracker(network)
/// try tracker.start(frames[0], on: .box(box))
/// for frame in frames.dropFirst() { print(try tracker.track(frame).region.boundingBox) }
/// ```
public protocol Tracker {
  /// Starts on a frame where the target is in that region; whatever was tracked before is forgotten.
  mutating func start(_ frame: Image, on target: Region) throws
  /// Where the target is in the next frame. Throws what a tracker made of others throws.
  mutating func track(_ frame: Image) throws -> TrackedTarget
}

/// What a tracker tells of its target in a frame.
public struct TrackedTarget: Sendable {
  /// Where it is, in the frame's pixels.
  public var region: Region
  /// Its pixels, of trackers that segment.
  public var mask: Mask?
  /// How sure the tracker is, 0…1.
  public var confidence: Double

  /// A target of that region.
  public init(_ region: Region, mask: Mask? = nil, confidence: Double = 1) {
    (self.region, self.mask, self.confidence) = (region, mask, confidence)
  }
}
