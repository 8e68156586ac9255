import NN
import Tensor

/// What a Siamese network is trained by: cross-entropy of the positive anchors and the hardest negative ones, three for each
/// positive and ten at least in an image, and the smooth L1 of the positive ones' offsets.
public enum SiameseLoss: String, Sendable, CaseIterable {
  /// As the report has it (§3.1): sums over the number of positive anchors, the offsets' times 1.5; offsets as they are,
  /// positive from an overlap of .55 on.
  case report
  /// As the report's code has it: the mean cross-entropy, the background's weighing a third, and twice the mean over the
  /// offsets, which are over SSD's variances; positive from an overlap of .6 on.
  case code

  /// How boxes are told.
  public var coding: BoxCoding { self == .report ? .plain : .ssd }

  /// Which anchors are positive. The report doesn't say where negatives begin.
  public var matching: AnchorMatching {
    AnchorMatching(positive: self == .report ? 0.55 : 0.6, negative: 0.3)
  }

  private var regressionWeight: Double { self == .report ? 1.5 : 2 }

  /// The parts of a loss, and both together.
  public struct Value {
    /// The cross-entropy.
    public let confidence: Tensor
    /// The error of the offsets.
    public let regression: Tensor
    /// What is minimised.
    public let total: Tensor
  }

  /// The loss of logits (background, target) `[N, A, 2]` and offsets `[N, A, 4]`, for labels `[N, A]` and true offsets
  /// `[N, A, 4]` as `AnchorMatching` has them.
  public func callAsFunction(
    logits: Tensor, offsets: Tensor, labels: Tensor, trueOffsets: Tensor
  ) -> Value {
    let isPositive = (labels .> 0).to(.float32)
    let positives = isPositive.sum().clamp(min: 1)
    let errors = smoothL1Loss(offsets, truth: trueOffsets, reduction: .none)
    let error = (errors * isPositive.expandingAxis(-1).to(errors.dtype)).sum() / positives.to(errors.dtype)
    let (confidence, regression) =
      switch self {
      case .report:
        (
          hardNegativeCrossEntropy(logits: logits, labels: labels, reduction: .sum)
            / positives.to(errors.dtype),
          error
        )
      case .code:
        (
          hardNegativeCrossEntropy(
            logits: logits, labels: labels, classWeights: Tensor([1.0 / 3, 1] as [Float])), error / 4
        )
      }
    return Value(
      confidence: confidence, regression: regression, total: confidence + regressionWeight * regression)
  }
}
