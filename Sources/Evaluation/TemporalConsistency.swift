import Tensor
import Vision

/// TCONT, the consistency in time of a soft segmentation with the truth (SFSeg++, §3.5): each frame but the first and
/// the last is averaged with its neighbours, brought to it along the optical flow, and compared with its truth.
public struct TemporalConsistency: Sendable, Equatable {
  /// The Jaccard index of the frames 1..<T − 1, 1 where average and truth are empty.
  public let frames: [Double]

  /// TCONT: the mean over the frames.
  public var mean: Double { (frames as [Double]).mean }

  /// Compares the segmentation `x` `[T, H, W]`, values in [0, 1], of T ≥ 3 frames, with the truth.
  /// - Throws: `ScoreError` for fewer frames.
  /// - Parameters:
  ///   - x: the segmentation.
  ///   - truth: T masks.
  ///   - forward: T − 1 flows, of frame t to t + 1.
  ///   - backward: T − 1 flows, of frame t + 1 to t.
  ///   - threshold: what the average exceeds where the object is.
  public init(
    of x: Tensor, truth: [Mask], forward: [FlowField], backward: [FlowField], threshold: Double = 0.5
  ) throws(ScoreError) {
    require(
      x.rank == 3 && x.shape[0] > 0 && truth.count == x.shape[0] && forward.count == x.shape[0] - 1
        && backward.count == x.shape[0] - 1,
      """
      TemporalConsistency: a segmentation of shape \(x.shape) with \(truth.count) masks, \(forward.count) forward and \
      \(backward.count) backward flows
      """)
    guard truth.count >= 3 else { throw .tooFewFrames(truth.count, needed: 3) }
    /// The frame that a flow leads to, seen from where the flow starts.
    func warped(_ frame: Int, by flow: FlowField) -> Tensor {
      x[frame].reshape(1, x.shape[1], x.shape[2], 1).warped(by: flow.tensor().expandingAxis(0))
        .reshape(x.shape[1], x.shape[2])
    }
    frames = (1..<x.shape[0] - 1).map { t in
      // Equation 14; its flows carry frame t − 1 forward and frame t + 1 back, by sampling from t.
      let average = (warped(t - 1, by: backward[t - 1]) + x[t] + warped(t + 1, by: forward[t])) / 3
      return Mask(average, above: threshold).iou(truth[t])
    }
  }
}
