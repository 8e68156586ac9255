import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor

/// Looks for the settings of the tracking that suit all models best, one setting after the other, on videos of training.
struct SettingsSearch {
  let models: [TrainedModel]
  let videos: [HeldOutVideo]

  private static let steps:
    [(name: String, path: WritableKeyPath<SiameseTracking, Double> & Sendable, values: [Double])] = [
      ("size rate", \.sizeRate, [0.05, 0.1, 0.2, 0.295, 0.45]),
      ("window", \.windowWeight, [0.1, 0.2, 0.3, 0.42, 0.55]),
      ("penalty", \.penalty, [0, 0.055, 0.15, 0.3]),
    ]

  /// Prints the mean overlap for each setting, and writes settings.csv.
  func run(in folder: OutputFolder) throws {
    var settings = models[0].settings, lines = ["setting,value,overlap"]
    for step in Self.steps {
      var best = -Double.infinity, chosen = settings
      for value in step.values {
        var trial = settings
        trial[keyPath: step.path] = value
        let overlap = try overlap(trial)
        Program.report(step.name + String(format: " %g: %.4f", value, overlap))
        lines.append(step.name + String(format: ",%g,%.4f", value, overlap))
        if overlap > best { (best, chosen) = (overlap, trial) }
      }
      settings = chosen
    }
    Program.report(
      String(
        format: "best: size rate %g, window %g, penalty %g", settings.sizeRate, settings.windowWeight,
        settings.penalty))
    try folder.write(lines, to: "settings.csv")
  }

  private func overlap(_ settings: SiameseTracking) throws -> Double {
    try models.flatMap { model in
      try videos.map { video in
        try Program.checkInterruption()
        return try video.track(model.tracker(settings)).score.overlap
      }
    }.mean
  }
}
