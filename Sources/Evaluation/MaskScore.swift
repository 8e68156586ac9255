import CVision
import Tensor
import Vision

/// How well a predicted mask of one object meets the true one in a frame, by the measures of DAVIS (Perazzi et al.,
/// CVPR 2016).
public struct MaskScore: Sendable, Equatable {
  /// Region similarity J: the common pixels over those of either, 1 where both masks are empty.
  public var region: Double
  /// The boundary measure F: the harmonic mean of the share of the prediction's boundary that lies near the truth's
  /// (precision) and the converse (recall). Where only one mask has a boundary it is 0, where neither has one it is 1.
  ///
  /// A boundary is made of the pixels that differ from their right, lower or lower-right neighbour, the one-pixel
  /// boundary of the Berkeley segmentation benchmark.
  public var boundary: Double

  /// The score of two empty masks.
  public static let bothEmpty = MaskScore(region: 1, boundary: 1)

  /// A score of its parts.
  public init(region: Double, boundary: Double) { (self.region, self.boundary) = (region, boundary) }

  /// Compares two masks of one size. `tolerance` is the distance in pixels that counts as near; DAVIS takes 0.008 of the
  /// frame's diagonal, rounded up.
  public init(_ prediction: Mask, _ truth: Mask, tolerance: Int? = nil) {
    self.init(
      prediction.values, truth.values, prediction.size, truth.size, label: nil, tolerance: tolerance)
  }

  /// Compares the pixels of one label in two maps of one size, or of any but 0.
  public init(_ prediction: IndexedImage, _ truth: IndexedImage, label: UInt8?) {
    require(label != 0, "MaskScore: label 0 is the background")
    self.init(
      prediction.indices, truth.indices, (prediction.height, prediction.width), (truth.height, truth.width),
      label: label, tolerance: nil)
  }

  private init(
    _ prediction: [UInt8], _ truth: [UInt8], _ predictionSize: (height: Int, width: Int),
    _ size: (height: Int, width: Int), label: UInt8?, tolerance: Int?
  ) {
    require(
      predictionSize == size,
      "MaskScore: \(predictionSize.height)×\(predictionSize.width) and \(size.height)×\(size.width)")
    let diagonal = Double(size.width * size.width + size.height * size.height).squareRoot()
    let radius = tolerance ?? Int((0.008 * diagonal).rounded(.up))
    let counts = ck_mask_score(
      Int64(size.height), Int64(size.width), Int64(radius), label ?? 0, prediction, truth)
    region = counts.either == 0 ? 1 : Double(counts.both) / Double(counts.either)
    if counts.boundary_a == 0 || counts.boundary_b == 0 {
      boundary = counts.boundary_a == counts.boundary_b ? 1 : 0
      return
    }
    let precision = Double(counts.a_near_b) / Double(counts.boundary_a)
    let recall = Double(counts.b_near_a) / Double(counts.boundary_b)
    boundary = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
  }
}

extension Mask {
  fileprivate var size: (height: Int, width: Int) { (height, width) }
}
