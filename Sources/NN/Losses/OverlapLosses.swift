import Tensor

// Losses of how far probabilities p in [0, 1] and truths g in [0, 1] overlap, for images `[N, H, W, C]` and volumes
// `[N, T, H, W, C]`. Sums run over the pixels of one frame and one channel; without a reduction the losses are
// `[N, C]`, or `[N, T, C]`.

/// Soft Dice: 1 − (2Σpg + s)/(Σp + Σg + s). The smoothing s makes nearly empty predictions of an empty truth nearly perfect;
/// an empty one is perfect without it too.
public func diceLoss(
  probabilities: Tensor, truth: Tensor, smoothing: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  let overlap = Overlap(probabilities, truth, "diceLoss")
  return reduction(1 - ratio(2 * overlap.common + smoothing, overlap.total + smoothing))
}

/// Focal-Dice (SFSeg, equation 12, whose union is read as Σp + Σg): (1 − 2Σpg/(Σp + Σg))^γ. An empty truth costs 1,
/// whatever the prediction. Below 1e-6 the base is held there, since the gradient of the power has no bound.
public func focalDiceLoss(
  probabilities: Tensor, truth: Tensor, exponent: Double = 0.75, reduction: LossReduction = .mean
) -> Tensor {
  let overlap = Overlap(probabilities, truth, "focalDiceLoss")
  return reduction(
    (1 - 2 * overlap.common / overlap.total.clamp(min: floor)).clamp(min: floor).pow(exponent))
}

/// Focal-Dice in the form of Wang & Chung (2018): Σ w·(1 − Dice^(1/β)) over the channels, each a class, β ≥ 1, with
/// weights `[C]`, 1/C each unless given; the mean over frames. The Dice coefficient is held at 1e-6 from below.
public func focalDiceLoss(
  probabilities: Tensor, truth: Tensor, beta: Double, classWeights: Tensor? = nil,
  reduction: LossReduction = .mean
) -> Tensor {
  require(beta >= 1, "focalDiceLoss: β is \(beta), less than 1")
  let overlap = Overlap(probabilities, truth, "focalDiceLoss")
  let dice = (2 * overlap.common / overlap.total.clamp(min: floor)).clamp(min: floor)
  let losses = 1 - dice.pow(1 / beta)
  guard let classWeights else { return reduction(losses) }
  let weighted = losses * classWeights.to(losses.dtype)
  return reduction == .mean ? weighted.sum(axis: -1).mean() : reduction(weighted)
}

/// Focal-Tversky (Abraham & Khan 2019): (1 − TI)^(3/4) with TI = (TP + s)/(TP + α·FN + (1 − α)·FP + s): α weighs what is
/// missed against false alarms. The exponent is the paper's 1/γ. Below 1e-6 the base is held there.
public func focalTverskyLoss(
  probabilities: Tensor, truth: Tensor, falseNegativeWeight: Double = 0.7, exponent: Double = 0.75,
  smoothing: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  let overlap = Overlap(probabilities, truth, "focalTverskyLoss")
  let misses = (overlap.actual - overlap.common) * falseNegativeWeight
  let falseAlarms = (overlap.predicted - overlap.common) * (1 - falseNegativeWeight)
  let index = ratio(overlap.common + smoothing, overlap.common + misses + falseAlarms + smoothing)
  return reduction((1 - index).clamp(min: floor).pow(exponent))
}

/// Generalised Dice (Sudre et al. 2017) over foreground and background: 1 − 2·Σ_l w_l Σgp / Σ_l w_l Σ(g + p), where
/// w_l = 1/(Σg)². The weight of a class that does not occur is the other's.
public func generalizedDiceLoss(
  probabilities: Tensor, truth: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let p = widened(probabilities, "generalizedDiceLoss")
  let foreground = Overlap(p, truth, "generalizedDiceLoss")
  let background = Overlap(1 - p, 1 - truth.to(p.dtype), "generalizedDiceLoss")
  let rare = foreground.actual.squared().reciprocal()
  let common = background.actual.squared().reciprocal()
  let weight = Tensor.where(rare.isFinite(), rare, common)
  let backgroundWeight = Tensor.where(common.isFinite(), common, rare)
  let shared = weight * foreground.common + backgroundWeight * background.common
  let total = weight * foreground.total + backgroundWeight * background.total
  return reduction(1 - 2 * shared / total)
}

/// Mask IoU (SAMN): 1 − Σmin(p, g)/Σmax(p, g). An empty truth costs 1, whatever the prediction.
public func maskIoULoss(
  probabilities: Tensor, truth: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let probabilities = widened(probabilities, "maskIoULoss")
  let p = planes(probabilities, "maskIoULoss")
  let g = planes(constant(truth, like: probabilities, "maskIoULoss"), "maskIoULoss")
  let union = Tensor.maximum(p, g).sum(axis: -1).clamp(min: floor)
  return reduction(1 - Tensor.minimum(p, g).sum(axis: -1) / union)
}

/// Keeps powers below 1, and quotients, away from 0.
private let floor = 1e-6

/// a / b, and 1 where b is 0, as a is then.
private func ratio(_ a: Tensor, _ b: Tensor) -> Tensor {
  let isEmpty = b .== 0
  return (a / b.replacing(where: isEmpty, with: 1)).replacing(where: isEmpty, with: 1)
}

/// The sums that overlaps are made of, one of each per frame and channel.
private struct Overlap {
  /// Σpg.
  let common: Tensor
  /// Σp.
  let predicted: Tensor
  /// Σg.
  let actual: Tensor
  /// Σp + Σg.
  var total: Tensor { predicted + actual }

  init(_ probabilities: Tensor, _ truth: Tensor, _ loss: String) {
    let probabilities = widened(probabilities, loss)
    let p = planes(probabilities, loss)
    let g = planes(constant(truth, like: probabilities, loss), loss)
    (common, predicted, actual) = ((p * g).sum(axis: -1), p.sum(axis: -1), g.sum(axis: -1))
  }
}

/// The pixels of each frame and channel: images `[N, H, W, C]` as `[N, C, H·W]`, volumes as `[N, T, C, H·W]`.
func planes(_ x: Tensor, _ loss: String) -> Tensor {
  require(x.rank >= 3, "\(loss): frames have axes [H, W, C], a tensor of shape \(x.shape) has not")
  let channels = x.shape[-1]
  let (frames, pixels) = (x.shape.dimensions.dropLast(3), x.shape[-2] * x.shape[-3])
  if channels == 1 { return x.reshape(frames + [1, pixels]) }
  return x.reshape(frames + [pixels, channels]).swappingAxes(-1, -2)
}
