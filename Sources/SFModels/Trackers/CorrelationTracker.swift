import Tensor
import Vision

/// Follows a target by a correlation filter on gradients and colours, which learns from a wide background but looks at the
/// target alone (see Kiani Galoogahi et al., "Learning Background-Aware Correlation Filters", ICCV 2017, and Li et al.,
/// "Learning Spatial-Temporal Regularized Correlation Filters", CVPR 2018), and its size by another along scales
/// (Danelljan et al., "Accurate Scale Estimation for Robust Visual Tracking", BMVC 2014). It keeps its proportions.
public struct CorrelationTracker: Tracker, Sendable {
  private var filter: TargetFilter?
  private var scaleFilter: ScaleFilter?
  private var target = Box(x: 0, y: 0, width: 0, height: 0)

  /// A tracker.
  public init() {}

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on target: Region) {
    Threads.serially { learn(frame.converted(to: .rgb), target.boundingBox) }
  }

  private mutating func learn(_ frame: Image, _ box: Box) {
    target = box.trackable(in: frame)
    (filter, scaleFilter) = (TargetFilter(frame, target), ScaleFilter(frame, target))
  }

  /// The target's box in the next frame, and how high the filter's response was, 1 where it looks as it was learned.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    Threads.serially { follow(frame.converted(to: .rgb)) }
  }

  private mutating func follow(_ frame: Image) -> TrackedTarget {
    guard var filter, var scaleFilter else {
      fatalError("CorrelationTracker: a frame to track in before one to start on")
    }
    let peak = ResponsePeak(filter.response(frame, around: target)), cell = TargetFilter.cell(of: target)
    target = target.translated(x: peak.x * cell, y: peak.y * cell).trackable(in: frame)
    target = scaleFilter.follow(frame, target)
    filter.learn(frame, target)
    (self.filter, self.scaleFilter) = (filter, scaleFilter)
    return TrackedTarget(.box(target), confidence: min(max(peak.value, 0), 1))
  }
}
