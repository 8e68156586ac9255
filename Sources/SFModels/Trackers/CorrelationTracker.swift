import Tensor
import Vision

/// Follows a target by a correlation filter on gradients and colours, which learns from a wide background but looks at the
/// target alone (see Kiani Galoogahi et al., "Learning Background-Aware Correlation Filters", ICCV 2017, and Li et al.,
/// "Learning Spatial-Temporal Regularized Correlation Filters", CVPR 2018), and its size by another along scales
/// (Danelljan et al., "Accurate Scale Estimation for Robust Visual Tracking", BMVC 2014). It keeps its proportions.
public struct CorrelationTracker: Tracker, Sendable {
  private var filter: ConfinedFilter?
  private var scaleFilter: ScaleFilter?
  private var target = Box(x: 0, y: 0, width: 0, height: 0)

  // The filter sees a square around the target, so many of its sizes wide, in cells of so many pixels.
  private static let surroundings = 5.0, cells = 48, cellSize = 4
  /// How wide the wished response is, in sizes of the target.
  private static let deviation = 0.1
  private static let window = CorrelationFilter.window([cells, cells])

  /// A tracker.
  public init() {}

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on target: Region) {
    Threads.serially { learn(frame.converted(to: .rgb), target.boundingBox) }
  }

  private mutating func learn(_ frame: Image, _ box: Box) {
    target = box.trackable(in: frame)
    let (height, width) = (target.height / cell, target.width / cell)
    let wished = CorrelationFilter.bell(
      [Self.cells, Self.cells], deviation: (height * width).squareRoot() * Self.deviation)
    var filter = ConfinedFilter(wished: wished, targetHeight: height, targetWidth: width)
    filter.learn(features(frame))
    (self.filter, scaleFilter) = (filter, ScaleFilter(frame, target))
  }

  /// The target's box in the next frame, and how high the filter's response was, 1 where it looks as it was learned.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    Threads.serially { follow(frame.converted(to: .rgb)) }
  }

  private mutating func follow(_ frame: Image) -> TrackedTarget {
    guard var filter, var scaleFilter else {
      fatalError("CorrelationTracker: a frame to track in before one to start on")
    }
    let peak = ResponsePeak(filter.response(to: features(frame)))
    target = target.translated(x: peak.x * cell, y: peak.y * cell).trackable(in: frame)
    target = scaleFilter.follow(frame, target)
    filter.learn(features(frame))
    (self.filter, self.scaleFilter) = (filter, scaleFilter)
    return TrackedTarget(.box(target), confidence: min(max(peak.value, 0), 1))
  }

  /// A cell's side in the frame's pixels.
  private var cell: Double {
    (target.width * target.height).squareRoot() * Self.surroundings / Double(Self.cells)
  }

  /// Gradients and colours around the target, `[cells, cells, 16]`, of mean square 1, that fade towards the edges.
  private func features(_ frame: Image) -> Tensor {
    let side = cell * Double(Self.cells), pixels = Self.cells * Self.cellSize
    let patch = frame.patch(
      Box(centerX: target.centerX, centerY: target.centerY, width: side, height: side), height: pixels,
      width: pixels)
    // Orientations and energies: with the directions too the filter is no better, and half as fast.
    let gradients = patch.hogTensor(cellSize: Self.cellSize)[.ellipsis, 18..<31]
    let colors = patch.resized(height: Self.cells, width: Self.cells).labTensor()
    let features = Tensor.concatenate([gradients, colors], axis: 2) * Self.window
    return features / ((features * features).mean().sqrt() + 1e-5)
  }
}
