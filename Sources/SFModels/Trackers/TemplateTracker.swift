import Tensor
import Vision

/// Follows a target by normalised cross-correlation: in each frame it takes the place around the last one whose grey levels
/// resemble the target's in the first frame most. The target keeps its size and its looks.
public struct TemplateTracker: Tracker, Sendable {
  private var template: NormalizedCorrelation?
  private var target = Box(x: 0, y: 0, width: 0, height: 0)

  /// A correlation below this is another thing.
  private static let threshold = 0.3

  /// A tracker.
  public init() {}

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on target: Region) {
    self.target = target.boundingBox.trackable(in: frame)
    Threads.serially { template = NormalizedCorrelation(frame, self.target, side: 24, reach: 3) }
  }

  /// The target's box in the next frame, and how well it correlates.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard let template else { fatalError("TemplateTracker: a frame to track in before one to start on") }
    let found = Threads.serially { template.match(frame, around: target) }
    if found.correlation > Self.threshold {
      target = target.translated(x: found.x * target.width, y: found.y * target.height).trackable(in: frame)
    }
    return TrackedTarget(.box(target), confidence: min(max(found.correlation, 0), 1))
  }
}
