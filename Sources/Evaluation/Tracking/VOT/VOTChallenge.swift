/// A year's challenge in short-term tracking: its protocol, and the lengths over which it averages the expected overlap. (In
/// 2015 pixels were counted otherwise, and beyond the image too; here they are as in 2016.)
public enum VOTChallenge: Int, Sendable, CaseIterable {
  /// That of the year.
  case vot2015 = 2015
  /// That of the year.
  case vot2016, vot2017, vot2018, vot2019, vot2020, vot2021, vot2022

  /// How trackers are run.
  public enum Rules: Sendable {
    /// Started again five frames after each failure (Kristan et al., TPAMI 2016).
    case reset
    /// Started at anchors, and left alone (Kristan et al., ECCV workshops 2020).
    case multiStart
  }

  /// How trackers are run.
  public var rules: Rules { rawValue < 2020 ? .reset : .multiStart }

  /// The lengths of a sequence, in frames, over which the expected overlap is averaged.
  public var lengths: ClosedRange<Int> {
    switch self {
    case .vot2015, .vot2016: 108...371
    case .vot2017, .vot2018: 100...356
    case .vot2019: 46...291
    case .vot2020, .vot2021, .vot2022: 115...755
    }
  }
}
