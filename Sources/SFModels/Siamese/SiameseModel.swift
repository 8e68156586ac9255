import Foundation
import NN
import Vision

/// The sizes that the report's three networks come in.
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

/// A file of a Siamese network's weights. What TrainSiamese wrote says which size the network has and how it tells boxes;
/// other files hold the report's own.
public struct SiameseModel: Sendable {
  /// The network's size.
  public let preset: SiamesePreset
  /// How it tells boxes.
  public let coding: BoxCoding
  private let file: URL?

  /// Looks into a file; without one the weights are those that a network starts with.
  public init(_ file: URL?) {
    self.file = file
    let metadata = file.flatMap { try? SafeTensors(contentsOf: $0) }?.metadata ?? [:]
    preset = metadata["preset"].flatMap(SiamesePreset.init) ?? .paper
    coding = (metadata["loss"].flatMap(SiameseLoss.init) ?? .code).coding
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
    settings: SiameseTracking = SiameseTracking(), _ make: (SiamesePreset) -> Network
  ) throws -> SiameseTracker<Network> {
    SiameseTracker(try network(make), coding: coding, settings: settings)
  }
}
