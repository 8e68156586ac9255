import Foundation
import Vision

extension SFTracker {
  /// The trackers here that learn from the first box alone. Where only the best one still sees the target, it has its way.
  private static let classicalTrackers: [(tracker: any Tracker & Sendable, name: TrackerName)] = [
    (CorrelationTracker(), .correlation), (TemplateTracker(), .template), (MeanShiftTracker(), .meanshift),
    (MedianFlowTracker(), .medianflow), (MOSSETracker(), .mosse),
  ]

  /// All five trackers here that need no weights, together. With a model of `TrainSFTrack` for as many trackers they tell the
  /// target's pixels too, and with `fineTunes` learn them from frame to frame.
  /// - Throws: what reading the model throws.
  public static func classical(model: URL? = nil, fineTunes: Bool = false) throws -> SFTracker {
    SFTracker(
      classicalTrackers.map(\.tracker), weights: classicalTrackers.map(\.name.vote),
      network: try model.map { try SFTrack(contentsOf: $0, trackers: classicalTrackers.count) },
      fineTunes: fineTunes)
  }
}
