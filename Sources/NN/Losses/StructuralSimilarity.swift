import Foundation
import Tensor

/// 1 − the structural similarity (Wang et al. 2004) of images `[N, H, W, C]` whose values span `range`, the same shape for
/// both: by means, variances and covariance under a Gaussian of standard deviation 1.5 in windows of 11×11, which lie within the
/// image; the mean over windows and channels, without a reduction `[N, H − 10, W − 10, C]`.
public func structuralSimilarityLoss(
  _ prediction: Tensor, truth: Tensor, range: Double = 1, reduction: LossReduction = .mean
) -> Tensor {
  require(
    prediction.rank == 4 && prediction.shape[1] >= 11 && prediction.shape[2] >= 11,
    "structuralSimilarityLoss: \(prediction.shape) is not [N, H, W, C] of at least 11×11")
  let x = widened(prediction, "structuralSimilarityLoss")
  let y = constant(truth, like: x, "structuralSimilarityLoss")
  let (meanX, meanY) = (blurred(x), blurred(y))
  let varianceX = blurred(x.squared()) - meanX.squared()
  let varianceY = blurred(y.squared()) - meanY.squared()
  let covariance = blurred(x * y) - meanX * meanY
  let (c1, c2) = (pow(0.01 * range, 2), pow(0.03 * range, 2))
  let likeness = (2 * meanX * meanY + c1) * (2 * covariance + c2)
  return reduction(
    1 - likeness / ((meanX.squared() + meanY.squared() + c1) * (varianceX + varianceY + c2)))
}

/// Under a Gaussian, along the columns and along the rows.
private func blurred(_ x: Tensor) -> Tensor {
  let weights = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
  let gaussian = Tensor(weights.map { $0 / weights.reduce(0, +) }).to(x.dtype)
  let channels = x.shape[3]
  func filter(_ height: Int, _ width: Int) -> Tensor {
    gaussian.reshape(height, width, 1, 1).broadcast(to: [height, width, 1, channels])
  }
  return x.conv2d(filter(11, 1), groups: channels).conv2d(filter(1, 11), groups: channels)
}
