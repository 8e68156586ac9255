import CKernels
import Tensor

/// Binary cross-entropy of logits x with truths g in [0, 1], the mean over all elements of
/// (1 − g)·log(1 + eˣ) + w·g·log(1 + e⁻ˣ); w, the positive weight, balances rare foreground. Exact in both tails, one
/// pass over memory forward and one back. Any shape, the same for both.
public func binaryCrossEntropy(logits: Tensor, truth: Tensor, positiveWeight: Double = 1) -> Tensor {
  let x = logits.detached()
  let g = constant(truth, like: logits, "binaryCrossEntropy")
  let count = Int64(x.elementCount)
  let sum = x.withUnsafeBytes { x in
    g.withUnsafeBytes { g in
      switch logits.dtype {
      case .float32: ck_binary_cross_entropy_f32(count, x.start(), g.start(), positiveWeight)
      case .float64: ck_binary_cross_entropy_f64(count, x.start(), g.start(), positiveWeight)
      default: preconditionFailure("binaryCrossEntropy: the logits are \(logits.dtype), not floating-point")
      }
    }
  }
  return Tensor(sum / Double(count), dtype: x.dtype).recorded(
    logits.edge { dy in
      let scale = dy.item / Double(count)
      return Tensor(unsafeUninitialized: x.shape, dtype: x.dtype) { dx in
        x.withUnsafeBytes { x in
          g.withUnsafeBytes { g in
            if dy.dtype == .float32 {
              ck_binary_cross_entropy_gradient_f32(
                count, x.start(), g.start(), positiveWeight, scale, dx.start())
            } else {
              ck_binary_cross_entropy_gradient_f64(
                count, x.start(), g.start(), positiveWeight, scale, dx.start())
            }
          }
        }
      }
    })
}

/// Cross-entropy of logits `[…, C]` with labels `[…]` in `0..<C` (integers): the mean over all labels of
/// −log softmax(x)[label], each weighted by its class's weight `[C]` where weights are given, and divided by their sum.
/// Labels equal to `ignoring` (255, say, for what is not annotated) count for nothing.
public func crossEntropy(
  logits: Tensor, labels: Tensor, classWeights: Tensor? = nil, ignoring ignored: Int? = nil
) -> Tensor {
  precondition(
    logits.rank > 0 && labels.shape == Shape(logits.shape.dropLast()) && !labels.dtype.isFloatingPoint,
    "crossEntropy: \(labels.dtype) labels of shape \(labels.shape) for logits of shape \(logits.shape)")
  let all = labels.to(.int32).flattened()
  let counted = ignored.map { all .!= Double($0) }
  let places = counted.map { .where($0, all, Tensor(0, dtype: .int32)) } ?? all
  precondition((places .>= 0).all, "crossEntropy: a label is negative")
  let likelihoods = logits.reshape(-1, logits.shape[-1]).logSoftmax()
    .gather(elementsAt: places.expandingAxis(-1), axis: 1).flattened()
  let weights = [classWeights?.to(logits.dtype).gather(places), counted?.to(logits.dtype)].compactMap { $0 }
  guard let first = weights.first else { return -likelihoods.mean() }
  let weight = weights.dropFirst().reduce(first, *)
  return -(likelihoods * weight).sum() / weight.sum()
}

/// What a loss is measured against, as a constant of the prediction's shape and element type.
func constant(_ truth: Tensor, like prediction: Tensor, _ loss: String) -> Tensor {
  precondition(
    truth.shape == prediction.shape,
    "\(loss): a truth of shape \(truth.shape) for a prediction of shape \(prediction.shape)")
  return truth.detached().to(prediction.dtype)
}
