import Foundation
import NN
import SFModels
import Vision

/// A tracker of the comparison.
struct Contender: Sendable {
  let name: String
  /// What it differs by from the usual settings.
  let variant: String
  /// Its colour in the overlays; nil where it isn't shown.
  let color: Color?
  let make: @Sendable () -> any Tracker

  static let classical = [
    Contender(name: "template (normalised cross-correlation)", variant: "", color: nil) { TemplateTracker() },
    Contender(name: "correlation filter", variant: "", color: .orange) { CorrelationTracker() },
  ]
}

/// A network that TrainSiamese trained.
struct TrainedModel: Sendable {
  /// Which network it is, and whether it was trained with distractors.
  let name: String
  let color: Color
  let takesGuides: Bool
  /// The settings that it tracks by unless others are given.
  let settings: SiameseTracking
  let tracker: @Sendable (SiameseTracking) -> any Tracker

  /// The model of a file.
  /// - Throws: `UnknownModel`, `CheckpointError`.
  init(_ file: URL) throws {
    let metadata = try SafeTensors(contentsOf: file).metadata
    switch metadata["network"] {
    case "rpn": try self.init("SiamRPN", .red, file, metadata) { SiamRPN(size: $0) }
    case "concat": try self.init("SiamConcatRPN", .green, file, metadata) { SiamConcatRPN(size: $0) }
    case "broadcast": try self.init("SiamBroadcastRPN", .blue, file, metadata) { SiamBroadcastRPN(size: $0) }
    case "plusplus": try self.init("SiamRPN++", .purple, file, metadata) { SiamRPNPlusPlus(size: $0) }
    default: throw UnknownModel(path: file.path)
    }
  }

  private init<Network: SiameseNetwork>(
    _ title: String, _ color: Color, _ file: URL, _ metadata: [String: String],
    _ make: (SiamesePreset) -> Network
  ) throws {
    let model = SiameseModel(file), network = try model.network(make), coding = model.coding
    name = "\(title), distractors \(metadata["distractors"] ?? "unknown")"
    (self.color, takesGuides, settings) = (color, network.takesGuides, model.settings)
    tracker = { SiameseTracker(network, coding: coding, settings: $0) }
  }

  /// Its tracker, and what remains of it without its parts.
  var variants: [Contender] {
    func variant(_ name: String, _ change: (inout SiameseTracking) -> Void) -> Contender {
      var settings = settings
      change(&settings)
      return Contender(name: self.name, variant: name, color: name == "" ? color : nil) {
        [settings, tracker] in tracker(settings)
      }
    }
    return [
      variant("") { _ in },
      variant("no window") { $0.windowWeight = 0 },
      variant("no penalties") { $0.penalty = 0 },
      variant("neither") { ($0.windowWeight, $0.penalty) = (0, 0) },
      variant("nothing learned") { $0.learns = false },
    ] + (takesGuides ? [variant("no guide") { $0.usesGuide = false }] : [])
  }
}

/// A file that TrainSiamese didn't write; the description is one line.
struct UnknownModel: Error, CustomStringConvertible {
  let path: String
  var description: String { "\(path): no model of TrainSiamese, whose network it would name" }
}
