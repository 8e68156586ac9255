import Tensor

/// The squared difference, the mean over all elements. Any shape, the same for both.
public func meanSquaredError(
  _ prediction: Tensor, truth: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  reduction(difference(prediction, truth, "meanSquaredError").squared())
}

/// The absolute difference (L1), the mean over all elements. Any shape, the same for both.
public func meanAbsoluteError(
  _ prediction: Tensor, truth: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  reduction(difference(prediction, truth, "meanAbsoluteError").abs())
}

/// Smooth L1 (Huber's loss over β), the mean over all elements: with d the difference, d²/2β where |d| < β, else
/// |d| − β/2. Any shape, the same for both.
public func smoothL1Loss(
  _ prediction: Tensor, truth: Tensor, beta: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  require(beta > 0, "smoothL1Loss: β is \(beta), not positive")
  let distance = difference(prediction, truth, "smoothL1Loss").abs()
  let bounded = distance.clamp(min: 0, max: beta)
  return reduction(bounded * (distance - 0.5 * bounded)) / beta
}

/// The hinged error of DiMP and RTS (LBHinge) of scores s with labels z: where z is below the threshold max(0, s)², since
/// the background may score as low as it likes, else (s − z)²; the mean over all elements. Any shape, the same for both.
public func lbHingeLoss(
  _ prediction: Tensor, truth: Tensor, threshold: Double = 0.05, reduction: LossReduction = .mean
) -> Tensor {
  let s = widened(prediction, "lbHingeLoss")
  let z = constant(truth, like: s, "lbHingeLoss")
  return reduction(Tensor.where(z .< threshold, s.relu(), s - z).squared())
}

private func difference(_ prediction: Tensor, _ truth: Tensor, _ loss: String) -> Tensor {
  let prediction = widened(prediction, loss)
  return prediction - constant(truth, like: prediction, loss)
}
