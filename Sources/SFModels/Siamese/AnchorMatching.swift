import Tensor
import Vision

/// Which anchors a target's box makes positive, which negative, and which count for nothing.
public struct AnchorMatching: Sendable, Hashable {
  /// An anchor is positive from this overlap (IoU) on.
  public var positive: Double
  /// An anchor is negative up to this overlap; between the two it is ignored.
  public var negative: Double

  /// A matching of its thresholds.
  public init(positive: Double, negative: Double) {
    require(
      0 <= negative && negative <= positive && positive <= 1,
      "AnchorMatching: positive from an overlap of \(positive), negative up to \(negative)")
    (self.positive, self.negative) = (positive, negative)
  }

  /// What the anchors are to answer for one image.
  public struct Truth: Sendable {
    /// For each anchor 1 positive, 0 negative, −1 ignored.
    public let labels: [Int32]
    /// For each anchor the target's four offsets; 0 where it isn't positive.
    public let offsets: [Float]
    /// The anchor that overlaps with the target most; nil where none does.
    public let best: Int?
  }

  /// The truth for a target, nil where there is none. The anchor that overlaps most is positive in any case, as in SSD. A
  /// target that covers nothing is none.
  public func callAsFunction(_ target: Box?, _ anchors: Anchors, _ coding: BoxCoding) -> Truth {
    var labels = [Int32](repeating: 0, count: anchors.count)
    var offsets = [Float](repeating: 0, count: 4 * anchors.count)
    guard let target, target.isFollowable else { return Truth(labels: labels, offsets: offsets, best: nil) }
    let overlaps = anchors.boxes.map { $0.iou(target) }
    var best: Int?
    for (index, overlap) in overlaps.enumerated() where overlap > best.map({ overlaps[$0] }) ?? 0 {
      best = index
    }
    for (index, overlap) in overlaps.enumerated() {
      let isPositive = overlap >= positive || index == best
      labels[index] = isPositive ? 1 : overlap <= negative ? 0 : -1
      guard isPositive else { continue }
      let code = coding.offsets(of: target, from: anchors.boxes[index])
      for component in 0..<4 { offsets[4 * index + component] = Float(code[component]) }
    }
    return Truth(labels: labels, offsets: offsets, best: best)
  }
}
