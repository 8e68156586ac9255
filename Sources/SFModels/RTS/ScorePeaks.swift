import Tensor
import Vision

/// The two highest of a map of scores: the target's, and what looks most like it elsewhere.
struct ScorePeaks: Sendable {
  /// The highest score: near 1 where the target is seen.
  let score: Double
  /// Its place, in pixels of what the network sees.
  let place: Point
  /// The highest score that is not the target's, −∞ where all are.
  let second: Double
  let secondPlace: Point

  /// The peaks of scores `[H, W]`.
  /// - Parameters:
  ///   - origin: the place of the first score, along either axis.
  ///   - step: how far one score is from the next.
  ///   - neighbourhood: the target's size, about the first peak: the second lies beyond.
  init(_ scores: Tensor, origin: Double, step: Double, neighbourhood: Point) {
    let columns = scores.shape[1]
    func highest(_ scores: Tensor) -> (score: Double, place: Point) {
      let index = Int(scores.flattened().argmax().item)
      let place = Point(Double(index % columns), Double(index / columns))
      return (scores.max().item, Point(origin, origin) + step * place)
    }
    func isNear(_ count: Int, _ center: Double, _ reach: Double) -> Tensor {
      (step * Tensor(0..<count).to(scores.dtype) + (origin - center)).abs() .<= reach
    }
    let first = highest(scores)
    let near =
      isNear(scores.shape[0], first.place.y, neighbourhood.y).expandingAxis(1)
      .& isNear(columns, first.place.x, neighbourhood.x)
    let other = highest(scores.replacing(where: near, with: -.infinity))
    (score, place) = first
    (second, secondPlace) = other
  }

  /// Whether something else scores this share of the target's score: a frame to learn from at once.
  func areHard(from share: Double) -> Bool { second > share * score }
}
