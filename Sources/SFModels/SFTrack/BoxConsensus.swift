import Vision

/// What the boxes of several trackers agree on: the box with the most overlap with the others, then the mean of all boxes
/// weighted by how well they overlap with it, w = IoU², twice (mean shift, Comaniciu & Meer 2002, over boxes). Boxes far
/// away have no say, where a coordinate-wise median of five is wrong as soon as three are.
public struct BoxConsensus: Sendable, Hashable {
  /// The box agreed on.
  public let box: Box
  /// The mean overlap of all boxes with it, 0…1.
  public let agreement: Double

  /// The consensus of boxes; nil where none of them covers anything.
  public init?(_ boxes: [Box]) {
    let boxes = boxes.filter { !$0.isEmpty }
    func support(_ box: Box) -> Double { boxes.reduce(0) { $0 + box.iou($1) } }
    guard var mean = boxes.max(by: { support($0) < support($1) }) else { return nil }
    for _ in 0..<2 {
      let weights = boxes.map { mean.iou($0) * mean.iou($0) }
      func average(_ side: (Box) -> Double) -> Double {
        zip(weights, boxes).reduce(0) { $0 + $1.0 * side($1.1) } / weights.reduce(0, +)
      }
      let (left, top) = (average(\.x), average(\.y))
      mean = Box(x: left, y: top, width: average(\.maxX) - left, height: average(\.maxY) - top)
    }
    box = mean
    agreement = support(mean) / Double(boxes.count)
  }
}
