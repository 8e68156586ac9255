import ArgumentParser
import Datasets
import Foundation
import NN
import SFModels
import Vision

/// One tracker, or all of them and what they agree on.
enum TrackerChoice: ExpressibleByArgument, Equatable {
  case one(TrackerName)
  case all

  init?(argument: String) {
    if argument == "all" {
      self = .all
    } else if let name = TrackerName(rawValue: argument) {
      self = .one(name)
    } else {
      return nil
    }
  }

  static var allValueStrings: [String] { TrackerName.allCases.map(\.rawValue) + ["all"] }
  var defaultValueDescription: String { if case .one(let name) = self { name.rawValue } else { "all" } }
}

/// All trackers side by side: each follows the target for itself, and then a tracker that plays what they told.
struct AllTrackers {
  private var runs: [(name: TrackerName, boxes: [Box?])] = []

  /// Runs those that need no weights, and those whose weights are there; leaves trackers/NAME.txt, and masks of those that tell
  /// them in trackers/NAME.
  init(_ video: Video, _ box: Box, models: URL?, output: OutputFolder) throws {
    for (name, model) in try TrackerName.runnable(withWeightsIn: models) where !Program.isInterrupted {
      var tracker = try name.make(model: model)
      let folder = "trackers/\(name.rawValue)"
      let run = try TrackedVideo(video, box, &tracker, film: nil, masks: output.file(folder))
      runs.append((name, run.boxes))
      try FileManager.default.createDirectory(
        at: output.file("trackers"), withIntermediateDirectories: true)
      try BoxFile(boxes: run.boxes).write(to: output.file("\(folder).txt"))
      let speed = Double(run.boxes.count - 1) / max(run.seconds, 1e-9)
      Program.report("\(name.rawValue): \(run.boxes.count) frames, \(String(format: "%.0f", speed)) a second")
    }
  }

  /// What they agree on, each vote counting as much as its tracker's success on known videos.
  var together: SFTracker {
    SFTracker(runs.map { RecordedTracker($0.boxes) }, weights: runs.map(\.name.vote))
  }
}
