import CVision
import Tensor
import Vision

/// The boundary measure F of two masks of one size: the harmonic mean of the share of the prediction's
/// boundary that lies near the truth's (precision) and the converse (recall), as DAVIS defines it
/// (Perazzi et al., CVPR 2016).
///
/// A boundary is made of the pixels that differ from their right, lower or lower-right neighbour, the one-pixel boundary of
/// the Berkeley segmentation benchmark. `tolerance` is the distance in pixels that counts as near; DAVIS takes 0.008 of the frame's diagonal,
/// rounded up. Where only one mask has a boundary F is 0, where neither has one it is 1.
public func boundaryMeasure(_ prediction: Mask, _ truth: Mask, tolerance: Int? = nil) -> Double {
  require(
    prediction.width == truth.width && prediction.height == truth.height,
    "boundaryMeasure: \(prediction.height)×\(prediction.width) and \(truth.height)×\(truth.width)")
  let diagonal = Double(truth.width * truth.width + truth.height * truth.height).squareRoot()
  let radius = tolerance ?? Int((0.008 * diagonal).rounded(.up))
  let counts = prediction.values.withUnsafeBufferPointer { found in
    truth.values.withUnsafeBufferPointer { wanted in
      ck_mask_compare_boundaries(
        Int64(truth.height), Int64(truth.width), Int64(radius), found.baseAddress, wanted.baseAddress)
    }
  }
  if counts.a == 0 && counts.b == 0 { return 1 }
  if counts.a == 0 || counts.b == 0 { return 0 }
  let precision = Double(counts.a_near_b) / Double(counts.a)
  let recall = Double(counts.b_near_a) / Double(counts.b)
  return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
}
