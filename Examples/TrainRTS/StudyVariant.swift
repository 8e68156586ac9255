import SFModels
import Vision

/// A way to track that the study measures: RTS with something left out, or set otherwise.
struct StudyVariant: Sendable {
  let name: String
  let tracker: @Sendable (RTS) -> any Tracker

  private init(_ name: String, _ change: @escaping @Sendable (inout RTSTracker.Options) -> Void) {
    self.name = name
    tracker = { network in
      var options = RTSTracker.Options(for: network.preset)
      let released = RTSTracker.Options()
      options.followsInstance = released.followsInstance
      (options.eagerFrames, options.interval) = (released.eagerFrames, released.interval)
      change(&options)
      return RTSTracker(network, options: options)
    }
  }

  private init(_ name: String, tracker: @escaping @Sendable (RTS) -> any Tracker) {
    (self.name, self.tracker) = (name, tracker)
  }

  /// Tables 1 and 2 of the paper, how much is remembered and how often it is learned, by its rules; and what this tracker
  /// adds to them.
  static let all: [StudyVariant] = [
    StudyVariant("segmentation alone (LWL)") { withoutInstance(&$0) },
    StudyVariant("instance branch alone") { InstanceTracker($0) },
    StudyVariant("both without fall-back") { $0.fallsBack = false },
    StudyVariant("RTS") { _ in },
    StudyVariant("t_sc .2") { $0.detection = 0.2 },
    StudyVariant("t_sc .4") { $0.detection = 0.4 },
    StudyVariant("memory of 8 and 12") { ($0.segmentationMemory, $0.instanceMemory) = (8, 12) },
    StudyVariant("the first frame alone") { ($0.eagerFrames, $0.interval) = (0, .max) },
    StudyVariant("learns every 5th frame") { ($0.eagerFrames, $0.interval) = (0, 5) },
    StudyVariant("led by the instance branch") { $0.followsInstance = true },
    StudyVariant("led and learns every 5th frame") {
      ($0.followsInstance, $0.eagerFrames, $0.interval) = (true, 0, 5)
    },
    StudyVariant("led from an ellipse") { ($0.followsInstance, $0.refinesFirstMask) = (true, false) },
    StudyVariant("led with boxes around the pixels") {
      ($0.followsInstance, $0.measuresBoxes) = (true, false)
    },
  ]

  /// The mask hears nothing of the instance branch, and tracks as if that always saw the target.
  private static func withoutInstance(_ options: inout RTSTracker.Options) {
    (options.conditions, options.fallsBack) = (false, false)
    options.detection = -.infinity
  }
}
