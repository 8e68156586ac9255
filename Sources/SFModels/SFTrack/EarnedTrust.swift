import Vision

/// How much the votes of trackers count: the nearer they were so far to where most of them saw the target, the more.
///
/// Where most see it is asked with the weights they began with. If it were by what they earned, those who made an answer
/// would go on making it, right or wrong.
struct EarnedTrust: Sendable {
  private let initial: [Double]
  /// The mean overlap of each with the others' consensus, the last frames counting most.
  private var overlaps: [Double]

  /// How much a frame counts against those before.
  private static let rate = 0.05

  /// The weights that trackers begin with.
  init(_ weights: [Double]) { (initial, overlaps) = (weights, weights.map { _ in 1 }) }

  /// How much each vote counts.
  var weights: [Double] { zip(initial, overlaps).map { $0 * max($1, 1e-3) } }

  /// Learns where they see the target in a frame; nil where they lost it.
  mutating func observe(_ boxes: [Box?]) {
    let seen = boxes.indices.filter { boxes[$0] != nil }
    guard let consensus = BoxConsensus(seen.map { boxes[$0]! }, weights: seen.map { initial[$0] }) else {
      return
    }
    for index in boxes.indices {
      overlaps[index] += Self.rate * ((boxes[index]?.iou(consensus.box) ?? 0) - overlaps[index])
    }
  }
}
