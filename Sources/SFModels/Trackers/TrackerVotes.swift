extension TrackerName {
  /// How much its vote counts among others: its success on seven sequences of OTB (Documentation/Tracking.md, SAMN.md and RTS.md), a
  /// half where that depends on who trained it.
  public var vote: Double {
    switch self {
    case .samnSpatial: 0.65
    case .correlation, .ensemble: 0.64
    case .nanotrack: 0.62
    case .rtsInstance: 0.58
    case .template: 0.35
    case .meanshift: 0.33
    case .medianflow: 0.31
    case .mosse: 0.27
    default: 0.5
    }
  }
}
