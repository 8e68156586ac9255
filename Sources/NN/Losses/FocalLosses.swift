import Tensor

/// Focal loss (Lin et al. 2017) of logits x with truths g in [0, 1], p = sigmoid(x): the cross-entropy of each element
/// times (1 − p_t)^γ, where p_t is the probability of what is true, so that the many that are easy count for little; and
/// times α where g is 1, 1 − α where it is 0, unless `alpha` is nil. Detectors divide the sum by the number of objects.
/// Any shape, the same for both.
public func focalLoss(
  logits: Tensor, truth: Tensor, alpha: Double? = 0.25, gamma: Double = 2, reduction: LossReduction = .mean
) -> Tensor {
  let x = widened(logits, "focalLoss")
  let g = constant(truth, like: x, "focalLoss")
  let losses = missed(x, g, power: gamma) * binaryCrossEntropy(logits: x, truth: g, reduction: .none)
  return reduction(alpha.map { weighted(losses, by: $0 * g + (1 - $0) * (1 - g)) } ?? losses)
}

/// The focal loss of heatmaps (CornerNet, Law & Deng 2018; CenterNet, Zhou et al. 2019) of logits x with truths g in
/// [0, 1], 1 at the centre of an object and falling off around it, p = sigmoid(x): the sum of −(1 − p)^α·log p where g is
/// 1 and −(1 − g)^β·p^α·log(1 − p) elsewhere, over the number of centres, or 1 where none is: that is the mean here. Any
/// shape, the same for both.
public func heatmapFocalLoss(
  logits: Tensor, truth: Tensor, alpha: Double = 2, beta: Double = 4, reduction: LossReduction = .mean
) -> Tensor {
  let x = widened(logits, "heatmapFocalLoss")
  let g = constant(truth, like: x, "heatmapFocalLoss")
  let isCentre = g .== 1
  let centres = isCentre.to(x.dtype)
  // The logits of what is true.
  let losses = missed(x, centres, power: alpha) * Tensor.where(isCentre, -x, x).softplus()
  let all = weighted(losses, by: Tensor.where(isCentre, centres, (1 - g).pow(beta)))
  return reduction == .mean ? all.sum() / max(1, isCentre.sum().item) : reduction(all)
}

/// (1 − p_t)ᵞ of logits x with truths g in [0, 1], p_t = pg + (1 − p)(1 − g) with p = sigmoid(x), exact where it is small.
/// Its slope is taken from log(1 − p_t)'s, which stays within ±1, for any γ.
private func missed(_ x: Tensor, _ g: Tensor, power gamma: Double) -> Tensor {
  func rest(_ p: Tensor, _ q: Tensor) -> Tensor { p * (1 - g) + q * g }
  let p = x.detached().sigmoid(), q = (-x.detached()).sigmoid()
  return rest(p, q).pow(gamma).recorded { y in
    [
      x.edge { dy in
        // Those of a gradient's gradient depend on x.
        let (p, q) = x.isRecorded ? (x.sigmoid(), (-x).sigmoid()) : (p, q)
        let isCertain = (g .== 0) .| (g .== 1)
        let between = (1 - 2 * g) * p * q / rest(p, q).replacing(where: isCertain, with: 1)
        return dy * (gamma * y * .where(g .== 1, -p, .where(g .== 0, q, between)))
      }
    ]
  }
}
