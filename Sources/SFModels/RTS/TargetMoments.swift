import Tensor
import Vision

/// Where a target is and how large, by the probabilities of its pixels.
struct TargetMoments {
  /// The sum of the probabilities, in pixels.
  let area: Double
  /// The mean place, the centre of the first pixel at (½, ½); not a number where nothing is probable.
  let center: Point
  /// Four standard deviations along each axis.
  let size: Point

  /// Of probabilities `[H, W]`.
  init(_ probabilities: Tensor) {
    func moments(_ sums: [Double], _ total: Double) -> (mean: Double, deviation: Double) {
      let places = sums.indices.map { Double($0) + 0.5 }
      let mean = zip(sums, places).reduce(0) { $0 + $1.0 * $1.1 } / total
      let variance = zip(sums, places).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / total
      return (mean, variance.squareRoot())
    }
    let columns = probabilities.sum(axis: 0).to(.float64).array(of: Double.self)
    let rows = probabilities.sum(axis: 1).to(.float64).array(of: Double.self)
    area = rows.reduce(0, +)
    let (x, y) = (moments(columns, area), moments(rows, area))
    center = Point(x.mean, y.mean)
    size = 4 * Point(x.deviation, y.deviation)
  }
}
