import Foundation
import NN
import Vision

/// The sizes that Siamese networks come in.
public enum SiamesePreset: String, Sendable, CaseIterable {
  /// To be trained from nothing on a CPU.
  case tiny
  /// For a CPU, once trained.
  case narrow
  /// The report's.
  case paper
}

extension SiamRPN {
  /// A network of a size.
  public init(size preset: SiamesePreset) { self.init(Preset(rawValue: preset.rawValue)!) }
}

extension SiamConcatRPN {
  /// A network of a size.
  public init(size preset: SiamesePreset) { self.init(Preset(rawValue: preset.rawValue)!) }
}

extension SiamBroadcastRPN {
  /// A network of a size.
  public init(size preset: SiamesePreset) { self.init(Preset(rawValue: preset.rawValue)!) }
}

extension SiamRPNPlusPlus {
  /// A network of a size: on EfficientNet-Lite0, AlexNet or ResNet-50.
  public init(size preset: SiamesePreset) {
    switch preset {
    case .tiny: self.init(.efficientNetLite0)
    case .narrow: self.init(.alexNet)
    case .paper: self.init(.resNet50)
    }
  }
}

/// A file of a Siamese network's weights. What TrainSiamese wrote says which size the network has and how it tells boxes; of
/// other files the tensors' names and shapes tell the size, and boxes are told as their publishers do.
public struct SiameseModel: Sendable {
  /// The network's size.
  public let preset: SiamesePreset
  /// How it tells boxes.
  public let coding: BoxCoding
  /// How its answers become a track.
  public let settings: SiameseTracking
  private let file: URL?

  /// Looks into a file; without one the weights are those that a network of the report's starts with.
  public init(_ file: URL?) {
    self.file = file
    let content = file.flatMap { try? TensorFile(contentsOf: $0) }
    if let text = content?.texts["preset"], let preset = SiamesePreset(rawValue: text) {
      self.preset = preset
      coding = (content?.texts["loss"].flatMap(SiameseLoss.init) ?? .report).coding
      settings = .embedded
      return
    }
    // DaSiamRPN's and pysot's smaller networks stand on an AlexNet of 96 filters, and tell offsets as they are.
    let first = ["featureExtract.0.weight", "backbone.features.0.weight"]
    preset = content?.entries.first { first.contains($0.name) }?.sizes.first == 96 ? .narrow : .paper
    let isPlain = content?.entries.contains {
      $0.name.hasPrefix("featureExtract.") || $0.name.hasPrefix("rpn_head.")
    }
    coding = isPlain == true ? .plain : .ssd
    settings = SiameseTracking()
  }

  /// The network.
  /// - Throws: `CheckpointError`.
  public func network<Network: SiameseNetwork>(_ make: (SiamesePreset) -> Network) throws -> Network {
    let network = make(preset)
    if let file { try network.load(from: file) }
    return network
  }

  /// The tracker.
  /// - Throws: `CheckpointError`.
  public func tracker<Network: SiameseNetwork>(
    _ make: (SiamesePreset) -> Network
  ) throws -> SiameseTracker<Network> {
    SiameseTracker(try network(make), coding: coding, settings: settings)
  }
}
