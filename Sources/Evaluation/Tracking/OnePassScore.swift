import Tensor
import Vision

/// One-pass evaluation: a tracker is started once, and its boxes are compared with the truth to the end (Wu et al., "Object
/// Tracking Benchmark", TPAMI 2015; normalised precision: Müller et al., "TrackingNet", ECCV 2018). As OTB, UAV123, NFS and
/// LaSOT are judged.
public struct OnePassScore: Sendable, Equatable {
  /// Overlaps 0, 0.05, …, 1.
  public static let overlapThresholds = [Double].thresholds(21, to: 1)
  /// Distances 0, 1, …, 50 pixels.
  public static let distanceThresholds = [Double].thresholds(51, to: 50)
  /// Distances 0, 0.01, …, 0.5 in parts of the true box's width and height.
  public static let normalizedThresholds = [Double].thresholds(51, to: 0.5)

  /// The share of frames whose overlap is above each threshold.
  public let success: [Double]
  /// The share of frames whose centre is no further off than each distance.
  public let precision: [Double]
  /// The share of frames whose centre is no further off than each part of the box.
  public let normalizedPrecision: [Double]

  /// The area under the success curve, as the mean of its points.
  public var successAUC: Double { success.mean }
  /// The precision at 20 pixels.
  public var precisionAt20: Double { precision[20] }
  /// The normalised precision at 0.2.
  public var normalizedPrecisionAt20: Double { normalizedPrecision[20] }

  /// Scores one sequence, in the same coordinates; a frame without a true box is left out, or with `countsAbsent` counts as
  /// missed, as UAV123's toolkit has it.
  public init(_ boxes: [Box?], truth: [Box?], countsAbsent: Bool = false) {
    require(boxes.count == truth.count, "OnePassScore: \(boxes.count) boxes for \(truth.count) frames")
    let pairs = zip(boxes, truth).compactMap { box, truth in truth.map { (box, $0) } }
    let frames = TrackedFrames(pairs)
    let part = countsAbsent ? Double(pairs.count) / Double(max(truth.count, 1)) : 1
    success = frames.overlaps.shares(>, Self.overlapThresholds).map { $0 * part }
    precision = frames.distances.shares(<=, Self.distanceThresholds).map { $0 * part }
    normalizedPrecision = frames.normalizedDistances.shares(<=, Self.normalizedThresholds).map { $0 * part }
  }

  /// The mean of the curves of several sequences.
  public init(meanOf scores: [OnePassScore]) {
    success = .mean(of: scores.map(\.success))
    precision = .mean(of: scores.map(\.precision))
    normalizedPrecision = .mean(of: scores.map(\.normalizedPrecision))
  }
}
