import Tensor
import Vision

/// Success, precision and normalised precision as TrackingNet's server computes them (Müller et al., ECCV 2018): of boxes
/// rounded to pixels, each the area under its curve at 21 thresholds by trapezoids.
public struct TrackingNetScore: Sendable, Equatable {
  /// Overlaps 0, 0.05, …, 1.
  public static let overlapThresholds = [Double].thresholds(21, to: 1)
  /// Distances 0, 2.5, …, 50 pixels.
  public static let distanceThresholds = [Double].thresholds(21, to: 50)
  /// Distances 0, 0.025, …, 0.5 in parts of the true box's width and height.
  public static let normalizedThresholds = [Double].thresholds(21, to: 0.5)

  /// The share of frames whose overlap is at least each threshold.
  public let successCurve: [Double]
  /// The share of frames whose centre is no further off than each distance.
  public let precisionCurve: [Double]
  /// The share of frames whose centre is no further off than each part of the box.
  public let normalizedCurve: [Double]

  /// The area under the curve of overlaps from 0 to 1.
  public var success: Double { Self.area(successCurve) }
  /// The area under the curve of distances from 0 to 50 pixels.
  public var precision: Double { Self.area(precisionCurve) }
  /// The area under the curve of distances from 0 to 0.5 parts of the true box.
  public var normalizedPrecision: Double { Self.area(normalizedCurve) }

  /// Scores one sequence, in the same coordinates. The first frame's box counts as found.
  public init(_ boxes: [Box?], truth: [Box]) {
    require(boxes.count == truth.count, "TrackingNetScore: \(boxes.count) boxes for \(truth.count) frames")
    func rounded(_ box: Box) -> Box {
      Box(
        x: box.x.rounded(.toNearestOrEven), y: box.y.rounded(.toNearestOrEven),
        width: box.width.rounded(.toNearestOrEven), height: box.height.rounded(.toNearestOrEven))
    }
    let frames = TrackedFrames(
      truth.indices.map { frame in
        (frame == 0 ? rounded(truth[0]) : boxes[frame].map(rounded), rounded(truth[frame]))
      })
    // A frame without a box has not even the overlap 0.
    let overlaps = zip(frames.overlaps, frames.distances).map { $1.isFinite ? $0 : -1 }
    successCurve = overlaps.shares(>=, Self.overlapThresholds)
    precisionCurve = frames.distances.shares(<=, Self.distanceThresholds)
    normalizedCurve = frames.normalizedDistances.shares(<=, Self.normalizedThresholds)
  }

  /// The mean of the curves of several sequences.
  public init(meanOf scores: [TrackingNetScore]) {
    successCurve = .mean(of: scores.map(\.successCurve))
    precisionCurve = .mean(of: scores.map(\.precisionCurve))
    normalizedCurve = .mean(of: scores.map(\.normalizedCurve))
  }

  private static func area(_ curve: [Double]) -> Double {
    zip(curve, curve.dropFirst()).map { ($0 + $1) / 2 }.mean
  }
}
