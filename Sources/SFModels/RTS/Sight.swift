import Tensor
import Vision

/// What the network says of what it sees, in pixels of that.
struct Sight {
  /// Where the instance branch sees the target.
  let peaks: ScorePeaks
  /// The logits of the target's pixels, `[H, W, 1]`.
  let logits: Tensor
  /// Their probabilities, `[H, W]`.
  let probabilities: Tensor

  /// The target's last box, where it should be now.
  let expected: Box

  /// - Parameter isAlone: whether what doesn't hang together with pixels in the expected box is another thing's.
  init(
    peaks: ScorePeaks, logits: Tensor, probabilities: Tensor, expected: Box, isAlone: Bool
  ) {
    (self.peaks, self.logits, self.expected) = (peaks, logits, expected)
    self.probabilities = isAlone ? probabilities.reaching(expected) : probabilities
  }

  /// The box around the target's pixels.
  var boundingBox: Box? { mask.boundingBox }

  /// The target's pixels.
  private var mask: Mask { Mask(probabilities, above: 0.5) }

  /// The target's pixels in its box; nil where they are too few to be all.
  func mask(in box: Box) -> Mask? {
    let (mask, inside) = (mask, Mask(box, height: mask.height, width: mask.width))
    let common = Mask(
      height: mask.height, width: mask.width,
      values: zip(mask.values, inside.values).map { $0 & $1 })
    return Double(common.area) > 0.2 * box.area ? common : nil
  }
}

extension Tensor {
  /// These probabilities `[H, W]` without the pixels that don't hang together with any in a box.
  fileprivate func reaching(_ box: Box) -> Tensor {
    let found = ConnectedComponents(Mask(self, above: 0.5))
    let kept = [1] + found.components.map { $0.box.intersection(box).isEmpty ? 0 : 1 as Float }
    return self * Tensor(found.labels.map { kept[Int($0)] }, shape: shape)
  }
}
