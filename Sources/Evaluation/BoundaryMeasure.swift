import Foundation
import Tensor
import Vision

/// The boundary measure F of two masks of one size: the harmonic mean of the share of the prediction's
/// boundary that lies near the truth's (precision) and the converse (recall), as DAVIS defines it
/// (Perazzi et al., CVPR 2016).
///
/// `tolerance` is the distance in pixels that counts as near; DAVIS takes 0.008 of the frame's diagonal,
/// rounded up. Where only one mask has a boundary F is 0, where neither has one it is 1.
public func boundaryMeasure(_ prediction: Mask, _ truth: Mask, tolerance: Int? = nil) -> Double {
  require(
    prediction.width == truth.width && prediction.height == truth.height,
    "boundaryMeasure: \(prediction.height)×\(prediction.width) and \(truth.height)×\(truth.width)")
  let diagonal = Double(truth.width * truth.width + truth.height * truth.height).squareRoot()
  let radius = tolerance ?? Int((0.008 * diagonal).rounded(.up))
  let found = Boundary(of: prediction)
  let wanted = Boundary(of: truth)
  if found.points.isEmpty && wanted.points.isEmpty { return 1 }
  if found.points.isEmpty || wanted.points.isEmpty { return 0 }
  let precision = found.share(near: wanted, radius: radius)
  let recall = wanted.share(near: found, radius: radius)
  return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
}

/// The pixels that differ from their right, lower or lower-right neighbour: the one-pixel boundary of the
/// Berkeley segmentation benchmark that DAVIS uses.
private struct Boundary {
  var width: Int
  var height: Int
  var points: [(x: Int, y: Int)] = []

  init(of mask: Mask) {
    width = mask.width
    height = mask.height
    let pixels = mask.values
    for y in 0..<height {
      // Past the last row and column a pixel is compared with itself.
      let below = min(y + 1, height - 1)
      for x in 0..<width {
        let right = min(x + 1, width - 1)
        let here = pixels[y * width + x]
        if here != pixels[y * width + right] || here != pixels[below * width + x]
          || here != pixels[below * width + right]
        {
          points.append((x, y))
        }
      }
    }
  }

  /// The share of the points within `radius` pixels of one of the other boundary's.
  func share(near other: Boundary, radius: Int) -> Double {
    let area = other.dilated(by: radius)
    return Double(points.count { area[$0.y * width + $0.x] }) / Double(points.count)
  }

  /// The pixels within `radius` of a point: dilation by a disk.
  private func dilated(by radius: Int) -> [Bool] {
    var area = [Bool](repeating: false, count: width * height)
    let reaches = (-radius...radius).map { Int(Double(radius * radius - $0 * $0).squareRoot()) }
    for (x, y) in points {
      for (row, reach) in zip(y - radius...y + radius, reaches) where 0 <= row && row < height {
        for column in max(0, x - reach)...min(width - 1, x + reach) { area[row * width + column] = true }
      }
    }
    return area
  }
}
