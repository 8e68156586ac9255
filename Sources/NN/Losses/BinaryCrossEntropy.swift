import CKernels
import Tensor

/// What becomes of the losses of single elements.
public enum LossReduction: Sendable {
  /// Their mean, a scalar.
  case mean
  /// Their sum, a scalar.
  case sum
  /// They stay as they are.
  case none

  func callAsFunction(_ losses: Tensor) -> Tensor {
    switch self {
    case .mean: losses.mean()
    case .sum: losses.sum()
    case .none: losses
    }
  }
}

/// Binary cross-entropy of logits x with truths g in [0, 1], the mean over all elements of
/// (1 − g)·log(1 + eˣ) + w·g·log(1 + e⁻ˣ); w, the positive weight, balances rare foreground. Exact in both tails, one
/// pass over memory forward and one back for the mean and the sum. Any shape, the same for both.
public func binaryCrossEntropy(
  logits: Tensor, truth: Tensor, positiveWeight: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  let logits = widened(logits, "binaryCrossEntropy")
  let g = constant(truth, like: logits, "binaryCrossEntropy")
  return switch reduction {
  case .mean: binaryCrossEntropy(logits, g, positiveWeight, over: Double(logits.elementCount))
  case .sum: binaryCrossEntropy(logits, g, positiveWeight, over: 1)
  case .none: weighted(logits.softplus(), by: 1 - g) + weighted((-logits).softplus(), by: g * positiveWeight)
  }
}

/// Binary cross-entropy of probabilities p with truths g in [0, 1]: −g·log p − (1 − g)·log(1 − p), the logarithms held at
/// −100 from below. For networks that end in a sigmoid; from logits it is exact in both tails. Any shape, the same for both.
public func binaryCrossEntropy(
  probabilities: Tensor, truth: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let probabilities = widened(probabilities, "binaryCrossEntropy")
  let g = constant(truth, like: probabilities, "binaryCrossEntropy")
  let p = probabilities.detached()
  let losses = -(g * p.log().clamp(min: -100) + (1 - g) * (1 - p).log().clamp(min: -100))
  return reduction(
    losses.recorded(
      probabilities.edge { [p = probabilities] dy in dy * (p - g) / (p * (1 - p)).clamp(min: 1e-12) }))
}

/// The sum over a divisor.
private func binaryCrossEntropy(
  _ logits: Tensor, _ g: Tensor, _ positiveWeight: Double, over divisor: Double
) -> Tensor {
  let x = logits.detached()
  let count = Int64(x.elementCount)
  var sum = 0.0
  Kernel.run("binaryCrossEntropy", on: x.dtype) {
    ck_binary_cross_entropy($0, count, x.elements, g.elements, positiveWeight, &sum)
  }
  return Tensor(sum / divisor, dtype: x.dtype).recorded(
    logits.edge { dy in
      if Tensor.isAnyRecorded(logits, dy) {
        return dy / divisor * ((1 - g) * logits.sigmoid() - positiveWeight * g * (-logits).sigmoid())
      }
      return Kernel.make("binaryCrossEntropy", x.shape, from: x, g) {
        ck_binary_cross_entropy_gradient($0, count, $1, $2, positiveWeight, dy.item / divisor, $3)
      }
    })
}

/// A prediction as losses take it: bfloat16 as float32, for a sum over an image's pixels needs more than eight bits. So
/// a loss is float64 of a float64 prediction, and float32 otherwise.
func widened(_ prediction: Tensor, _ loss: String) -> Tensor {
  require(
    prediction.dtype.isFloatingPoint,
    "\(loss): a prediction is \(prediction.dtype), not floating-point; convert with to(_:)")
  return prediction.dtype == .bfloat16 ? prediction.to(.float32) : prediction
}

/// Losses times weights: 0 where a weight is 0, whatever the loss, be it infinite or NaN.
func weighted(_ losses: Tensor, by weights: Tensor) -> Tensor {
  (losses * weights).replacing(where: weights .== 0, with: 0)
}

/// What a loss is measured against, as a constant of the prediction's shape and element type.
func constant(_ truth: Tensor, like prediction: Tensor, _ loss: String) -> Tensor {
  require(
    truth.shape == prediction.shape,
    "\(loss): a truth of shape \(truth.shape) for a prediction of shape \(prediction.shape)")
  return truth.detached().to(prediction.dtype)
}
