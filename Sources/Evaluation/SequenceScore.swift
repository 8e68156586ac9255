import Tensor
import Vision

/// A measure over the frames of one object's sequence, summed up as DAVIS does (Perazzi et al., CVPR 2016).
public struct SequenceScore: Sendable, Equatable {
  /// The mean over the frames.
  public var mean: Double
  /// The share of frames above 0.5.
  public var recall: Double
  /// How much is lost on the way: the mean of the first quarter less that of the last.
  public var decay: Double

  /// Sums up one value per frame, of at least one frame.
  public init(frames values: [Double]) {
    require(!values.isEmpty, "SequenceScore: no frames")
    // The official quarters share their end frames.
    let last = values.count - 1
    let quarter = Int((Double(last) / 4).rounded(.toNearestOrAwayFromZero))
    let threeQuarters = Int((Double(last) * 3 / 4).rounded(.toNearestOrAwayFromZero))
    mean = values.mean
    recall = Double(values.count { $0 > 0.5 }) / Double(values.count)
    decay = values[...quarter].mean - values[threeQuarters...].mean
  }
}

/// Region similarity J and boundary measure F of one object's predicted masks.
public struct SegmentationScore: Sendable, Equatable {
  /// The Jaccard index.
  public var region: SequenceScore
  /// The boundary measure.
  public var boundary: SequenceScore

  /// Sums up the frames of one object. The semi-supervised protocol gives away the first frame and leaves out the last:
  /// `excludingEnds` drops both.
  /// - Throws: `ScoreError` where that leaves no frame.
  public init(frames: [MaskScore], excludingEnds: Bool = true) throws(ScoreError) {
    guard frames.count > (excludingEnds ? 2 : 0) else {
      throw .tooFewFrames(frames.count, needed: excludingEnds ? 3 : 1)
    }
    let counted = frames.dropFirst(excludingEnds ? 1 : 0).dropLast(excludingEnds ? 1 : 0)
    region = SequenceScore(frames: counted.map(\.region))
    boundary = SequenceScore(frames: counted.map(\.boundary))
  }

  /// Compares predictions with the truth, frame by frame.
  /// - Throws: `ScoreError` where `excludingEnds` leaves no frame.
  public init(predictions: [Mask], truth: [Mask], excludingEnds: Bool = true) throws(ScoreError) {
    require(
      predictions.count == truth.count,
      "SegmentationScore: \(predictions.count) predictions for \(truth.count) frames")
    try self.init(frames: zip(predictions, truth).map { MaskScore($0, $1) }, excludingEnds: excludingEnds)
  }
}
