import Tensor

// The Lovász extension of the Jaccard loss (Berman et al. 2018), for images `[N, H, W, C]` and volumes `[N, T, H, W, C]`:
// each frame and channel for itself; without a reduction `[N, C]`, or `[N, T, C]`. No gradient flows through the order of the errors. Where a truth is
// empty, the one pixel with the largest error bears the whole gradient.

/// Lovász hinge of logits x: the errors are max(0, 1 − x·(2g − 1)).
public func lovaszHingeLoss(
  logits: Tensor, truth: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let logits = widened(logits, "lovaszHingeLoss")
  let g = constant(truth, like: logits, "lovaszHingeLoss")
  return reduction(lovaszExtension((1 - logits * (2 * g - 1)).relu(), g, "lovaszHingeLoss"))
}

/// Lovász softmax of probabilities p, each channel a class: the errors are |g − p|.
public func lovaszSoftmaxLoss(
  probabilities: Tensor, truth: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let probabilities = widened(probabilities, "lovaszSoftmaxLoss")
  let g = constant(truth, like: probabilities, "lovaszSoftmaxLoss")
  return reduction(lovaszExtension((g - probabilities).abs(), g, "lovaszSoftmaxLoss"))
}

private func lovaszExtension(_ errors: Tensor, _ truth: Tensor, _ loss: String) -> Tensor {
  let planes = planes(errors, loss)
  let rows = planes.reshape(-1, planes.shape[-1])
  let weights = Tensor.lovaszWeights(errors: rows, truth: NN.planes(truth, loss).reshape(rows.shape))
  return (planes * weights.reshape(planes.shape)).sum(axis: -1)
}
