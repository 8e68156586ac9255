import Tensor

/// The boxes that stay when of any two that overlap by more than an IoU of `threshold` only the one with the higher score
/// does (greedily, best first): their indices, the highest score first. Of equal scores the first box goes before; a score
/// that is not a number comes last, and a box that is not finite overlaps with none.
public func nonMaximumSuppression(_ boxes: [Box], scores: [Double], threshold: Double) -> [Int] {
  require(
    boxes.count == scores.count, "nonMaximumSuppression: \(scores.count) scores of \(boxes.count) boxes")
  let scores = scores.map { $0.isNaN ? -Double.infinity : $0 }
  let order = boxes.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
  var kept: [Int] = []
  for candidate in order where kept.allSatisfy({ boxes[$0].iou(boxes[candidate]) <= threshold }) {
    kept.append(candidate)
  }
  return kept
}
