import Foundation
import Tensor

/// How far two boxes overlap: 1 where they are the same.
public enum BoxOverlap: String, Sendable, CaseIterable {
  /// Intersection over union.
  case iou
  /// IoU less the part of the smallest box around both that is in neither (Rezatofighi et al. 2019).
  case generalizedIoU
  /// IoU less the squared distance of the centres over the squared diagonal of the box around both (Zheng et al. 2020).
  case distanceIoU
  /// As `distanceIoU`, less what the ratios of width to height differ (Zheng et al. 2020).
  case completeIoU

  /// The overlaps of boxes `[…, 4]` by their corners (left, top, right, bottom), the axes before stretched as in
  /// arithmetic: those of `[N, 1, 4]` with `[M, 4]` are `[N, M]`.
  public func callAsFunction(_ a: Tensor, _ b: Tensor) -> Tensor {
    require(
      a.rank > 0 && b.rank > 0 && a.shape[-1] == 4 && b.shape[-1] == 4,
      "boxes of shapes \(a.shape) and \(b.shape) have not four corners each")
    let (a, b) = (Corners(a), Corners(b))
    let common = (.minimum(a.ends, b.ends) - .maximum(a.starts, b.starts)).relu().product(axis: -1)
    let union = a.sizes.product(axis: -1) + b.sizes.product(axis: -1) - common
    let iou = common / (union + epsilon)
    if self == .iou { return iou }
    let around = .maximum(a.ends, b.ends) - .minimum(a.starts, b.starts)
    if self == .generalizedIoU {
      let area = around.product(axis: -1)
      return iou - (area - union) / (area + epsilon)
    }
    let distance = (a.centres - b.centres).squared().sum(axis: -1)
    let overlap = iou - distance / (around.squared().sum(axis: -1) + epsilon)
    if self == .distanceIoU { return overlap }
    let difference = 4 / (Double.pi * Double.pi) * (a.angle - b.angle).squared()
    // The weight is a constant.
    let weight = difference.detached() / (1 - iou.detached() + difference.detached() + epsilon)
    return overlap - weight * difference
  }
}

/// 1 − the overlap of predicted boxes `[…, 4]` with true ones, by their corners (left, top, right, bottom); the mean over
/// all boxes, or as `reduction` says. The same shape for both.
public func boxLoss(
  _ prediction: Tensor, truth: Tensor, overlap: BoxOverlap = .generalizedIoU, reduction: LossReduction = .mean
) -> Tensor {
  let prediction = widened(prediction, "boxLoss")
  return reduction(1 - overlap(prediction, constant(truth, like: prediction, "boxLoss")))
}

/// Keeps quotients away from 0.
private let epsilon = 1e-7

/// Boxes by their corners, (x, y) along the last axis.
private struct Corners {
  let starts: Tensor, ends: Tensor
  var sizes: Tensor { ends - starts }
  var centres: Tensor { (starts + ends) / 2 }
  /// Of the diagonal: it tells the ratio of width to height.
  var angle: Tensor { .atan2(sizes[.ellipsis, 0], sizes[.ellipsis, 1]) }

  init(_ boxes: Tensor) {
    let parts = boxes.split(into: 2, axis: -1)
    (starts, ends) = (parts[0], parts[1])
  }
}
