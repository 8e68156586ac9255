import Tensor

/// The boxes that stay when of any two that overlap by more than an IoU of `threshold` only the one with the higher score
/// does (greedily, best first): their indices, the highest score first. Of equal scores the first box goes before.
public func nonMaximumSuppression(_ boxes: [Box], scores: [Double], threshold: Double) -> [Int] {
  require(
    boxes.count == scores.count, "nonMaximumSuppression: \(scores.count) scores of \(boxes.count) boxes")
  let order = boxes.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
  var kept: [Int] = []
  for candidate in order where kept.allSatisfy({ boxes[$0].iou(boxes[candidate]) <= threshold }) {
    kept.append(candidate)
  }
  return kept
}
