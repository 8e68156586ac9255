import Tensor

/// Focal loss (Lin et al. 2017) of logits x with truths g in [0, 1], p = sigmoid(x): the cross-entropy of each element
/// times (1 − p_t)^γ, where p_t is the probability of what is true, so that the many that are easy count for little; and
/// times α where g is 1, 1 − α where it is 0, unless `alpha` is nil. Detectors divide the sum by the number of objects.
/// Any shape, the same for both.
public func focalLoss(
  logits: Tensor, truth: Tensor, alpha: Double? = 0.25, gamma: Double = 2, reduction: LossReduction = .mean
) -> Tensor {
  let x = widened(logits)
  let g = constant(truth, like: x, "focalLoss")
  let p = x.sigmoid()
  let focus = (p + g - 2 * p * g).pow(gamma)
  let losses = focus * binaryCrossEntropy(logits: x, truth: g, reduction: .none)
  return reduction(alpha.map { losses * ($0 * g + (1 - $0) * (1 - g)) } ?? losses)
}

/// The focal loss of heatmaps (CornerNet, Law & Deng 2018; CenterNet, Zhou et al. 2019) of logits x with truths g in
/// [0, 1], 1 at the centre of an object and falling off around it, p = sigmoid(x): the sum of −(1 − p)^α·log p where g is
/// 1 and −(1 − g)^β·p^α·log(1 − p) elsewhere, over the number of centres, or 1 where none is. Any shape, the same for both.
public func heatmapFocalLoss(
  logits: Tensor, truth: Tensor, alpha: Double = 2, beta: Double = 4
) -> Tensor {
  let x = widened(logits)
  let g = constant(truth, like: x, "heatmapFocalLoss")
  let p = x.sigmoid()
  let isCentre = g .== 1
  let gains = Tensor.where(
    isCentre, (1 - p).pow(alpha) * x.logSigmoid(), (1 - g).pow(beta) * p.pow(alpha) * (-x).logSigmoid())
  return -gains.sum() / max(1, isCentre.to(.int32).sum().item)
}
