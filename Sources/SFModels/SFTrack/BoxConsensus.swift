import Foundation
import Vision

/// What the boxes of several trackers agree on: from the box that overlaps with the others most, twice to the mean of all
/// boxes around it, weighted by IoU² with it (a mean shift, Comaniciu & Meer, TPAMI 2002, over boxes). Boxes far away have no
/// say, where a coordinate-wise median of five is wrong as soon as three are.
public struct BoxConsensus: Sendable, Hashable {
  /// The box agreed on.
  public let box: Box
  /// The mean overlap of all boxes with it, each counting as its vote does, 0…1.
  public let agreement: Double

  /// A box whose score is lower by this counts a third of another.
  private static let temperature = 1.0 / 8

  /// The consensus of boxes; nil where none of them is finite and covers anything.
  ///
  /// Weights tell how much each box's vote counts, alike unless given. Scores, one for each box, tell how well it sits on the
  /// target, 1 at best. They weigh the boxes that agree, but don't say where that is: a judge that learned from a consensus
  /// would go wrong with it.
  public init?(_ boxes: [Box], weights: [Double]? = nil, scores: [Double]? = nil) {
    let votes = boxes.indices.filter { boxes[$0].isFollowable }
      .map { (box: boxes[$0], weight: weights?[$0] ?? 1, score: scores?[$0] ?? 1) }
    func support(_ box: Box) -> Double { votes.reduce(0) { $0 + $1.weight * box.iou($1.box) } }
    // A box beyond what numbers can tell apart, or too small for it, doesn't even overlap with itself.
    guard var mean = votes.map(\.box).max(by: { support($0) < support($1) }), support(mean) > 0 else {
      return nil
    }
    let best = votes.filter { mean.iou($0.box) > 0 }.map(\.score).max()!
    for _ in 0..<2 {
      let shares = votes.map { vote in
        vote.weight * mean.iou(vote.box) * mean.iou(vote.box) * exp((vote.score - best) / Self.temperature)
      }
      func average(_ side: (Box) -> Double) -> Double {
        zip(shares, votes).reduce(0) { $0 + $1.0 * side($1.1.box) } / shares.reduce(0, +)
      }
      let (left, top) = (average(\.x), average(\.y))
      mean = Box(x: left, y: top, width: average(\.maxX) - left, height: average(\.maxY) - top)
    }
    box = mean
    agreement = support(mean) / votes.reduce(0) { $0 + $1.weight }
  }
}
