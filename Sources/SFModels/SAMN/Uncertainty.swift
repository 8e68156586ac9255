/// How uncertain it is that a frame shows the target: how far its peak falls behind those of the last frames that did
/// (SAMN, equations 9–11, as the released code has them).
struct Uncertainty: Sendable {
  private var peaks: [Double] = []

  /// So many peaks are remembered, and so many must be before there is anything to compare with.
  private static let length = 25, least = 5

  /// The mean of the last peaks over this one; ∞ of one that is not positive, and 1 in the first frames.
  func callAsFunction(_ peak: Double) -> Double {
    guard peak > 0 else { return .infinity }
    guard peaks.count >= Self.least else { return 1 }
    return peaks.reduce(0, +) / Double(peaks.count) / peak
  }

  /// Remembers the peak of a frame that shows the target.
  mutating func remember(_ peak: Double) { peaks = (peaks + [peak]).suffix(Self.length) }
}
