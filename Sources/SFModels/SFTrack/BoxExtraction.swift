import Tensor
import Vision

/// How a box is read from a segmentation (SFTrack++, §7 and Table 2).
public enum BoxExtraction: String, Sendable, CaseIterable {
  /// The box around all pixels.
  case straight
  /// The box around the largest region that hangs together.
  case largest
  /// The rectangle of least area around it, at any angle.
  case rotated

  /// Where, between the least and the largest logit of a map, the object begins.
  public static let threshold = 0.75

  /// The object of a map of logits `[H, W, 1]`: the pixels above the threshold after the map is normalised to [0, 1] by its
  /// minimum and maximum; none of a constant map.
  public static func mask(ofLogits logits: Tensor) -> Mask {
    let (low, high) = (logits.min().item, logits.max().item)
    return Mask(logits, above: high > low ? low + threshold * (high - low) : .infinity)
  }

  /// The region of a mask; nil where it is empty.
  public func callAsFunction(_ mask: Mask) -> Region? {
    switch self {
    case .straight: mask.boundingBox.map { .box($0) }
    case .largest: mask.largestComponent().boundingBox.map { .box($0) }
    case .rotated: RotatedBox(enclosing: mask.largestComponent()).map { .rotatedBox($0) }
    }
  }
}
