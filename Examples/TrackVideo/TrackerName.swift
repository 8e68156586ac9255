import ArgumentParser
import Foundation
import NN
import SFModels
import Vision

/// The trackers there are.
enum TrackerName: String, ExpressibleByArgument, CaseIterable {
  case nanotrack, mosse, template, medianflow, meanshift, correlation

  /// Whether it is learned, and so needs a file of weights.
  var hasWeights: Bool { self == .nanotrack }

  /// The tracker, with its weights where it has some.
  func make(model: URL?) throws -> any Tracker {
    switch self {
    case .nanotrack:
      let network = NanoTrack()
      if let model { try network.load(from: model) }
      return NanoTracker(network)
    case .mosse: return MOSSETracker()
    case .template: return TemplateTracker()
    case .correlation: return CorrelationTracker()
    case .medianflow: return MedianFlowTracker()
    case .meanshift: return MeanShiftTracker()
    }
  }
}
