import Foundation
import NN
import Vision

/// The trackers there are, by the names that programs call them by.
public enum TrackerName: String, Sendable, CaseIterable {
  /// ``NanoTracker``, the Siamese trackers (``SiamRPN``, ``SiamConcatRPN``, ``SiamBroadcastRPN``, ``SiamRPNPlusPlus``), and
  /// those that learn from the first frame alone (``MOSSETracker``, ``TemplateTracker``, ``MedianFlowTracker``,
  /// ``MeanShiftTracker``, ``CorrelationTracker``).
  case nanotrack, siamrpn, siamconcatrpn, siambroadcastrpn, siamrpnplusplus, mosse, template, medianflow,
    meanshift,
    correlation
  /// All of those without weights together.
  case ensemble
  /// Tracking by segmentation.
  case rts
  /// RTS' instance branch alone, over EfficientNet-Lite0.
  case rtsInstance = "rts-instance"
  /// Tracking by segmentation and memory.
  case samn
  /// SAMN's spatial memory alone, over EfficientNet-Lite0.
  case samnSpatial = "samn-spatial"

  /// Whether it is learned, and so needs a file of weights.
  public var hasWeights: Bool {
    [
      .nanotrack, .siamrpn, .siamconcatrpn, .siambroadcastrpn, .siamrpnplusplus, .rts, .rtsInstance, .samn,
      .samnSpatial,
    ].contains(self)
  }

  /// What is wrong with a command line that names it with such a `--model`, or without one; nil where nothing is.
  public func objection(toModel model: String?) -> String? {
    // With a model the ensemble tells pixels, without one boxes.
    guard self != .ensemble, hasWeights == (model == nil) else { return nil }
    return hasWeights ? "--tracker \(rawValue) needs --model" : "--tracker \(rawValue) has no --model"
  }

  /// A tracker, with its weights where it has some.
  /// - Throws: what reading the weights throws.
  public func make(model: URL?) throws -> any Tracker {
    switch self {
    case .nanotrack:
      let network = NanoTrack()
      if let model { try network.load(from: model) }
      return NanoTracker(network)
    case .siamrpn: return try SiameseModel(model).tracker { SiamRPN(size: $0) }
    case .siamconcatrpn: return try SiameseModel(model).tracker { SiamConcatRPN(size: $0) }
    case .siambroadcastrpn: return try SiameseModel(model).tracker { SiamBroadcastRPN(size: $0) }
    case .siamrpnplusplus: return try SiameseModel(model).tracker { SiamRPNPlusPlus(size: $0) }
    case .rts: return RTSTracker(try model.map { try RTS(contentsOf: $0) } ?? RTS(.small))
    case .rtsInstance:
      let network = RTS(.lite)
      if let model { try network.loadBackbone(from: model) }
      return InstanceTracker(network)
    case .samn: return SAMNTracker(try model.map { try SAMN(contentsOf: $0) } ?? SAMN(.small))
    case .samnSpatial:
      let network = SAMN(.lite)
      if let model { try network.loadBackbone(from: model) }
      return SpatialTracker(network)
    case .mosse: return MOSSETracker()
    case .template: return TemplateTracker()
    case .correlation: return CorrelationTracker()
    case .medianflow: return MedianFlowTracker()
    case .meanshift: return MeanShiftTracker()
    case .ensemble: return try SFTracker.classical(model: model)
    }
  }
}
