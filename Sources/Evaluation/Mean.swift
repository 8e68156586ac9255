import Foundation

extension Collection<Double> {
  /// The mean; 0 of nothing.
  package var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }

  /// The mean, of several values with their standard deviation, to three places; no text of nothing.
  package var meanAndDeviation: String {
    guard !isEmpty else { return "" }
    let mean = mean
    guard count > 1 else { return String(format: "%.3f", mean) }
    let variance = reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    return String(format: "%.3f ± %.3f", mean, variance.squareRoot())
  }
}
