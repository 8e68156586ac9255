extension Collection<Double> {
  /// The mean; 0 of nothing.
  package var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }
}
