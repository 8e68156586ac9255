import ArgumentParser
import Datasets
import Evaluation
import Foundation
import Vision

/// TrackingNet's success, precision and normalised precision.
struct TrackingNet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trackingnet",
    abstract: "TrackingNet's success, precision and normalised precision, of boxes rounded to pixels.",
    discussion: "--truth is the data set's folder, or its anno; --results hold VIDEO.txt.")

  @OptionGroup var inputs: Inputs

  func run() throws {
    let annotations = inputs.truthFolder.appending(path: "anno")
    let truth = try BoxResults(Folder.isFolder(annotations) ? annotations : inputs.truthFolder)
    var report = Report(title: "TrackingNet", columns: ["success", "precision", "normalized"])
    var means: [String: TrackingNetScore] = [:]
    try inputs.forEachTracker { name, folder in
      let results = try truth.boxes(of: name, in: folder)
      let scores = results.map { video in
        let none = Box(x: 0, y: 0, width: 0, height: 0)
        return (video.truth.name, TrackingNetScore(video.boxes, truth: video.truth.boxes.map { $0 ?? none }))
      }
      guard !scores.isEmpty else { return }
      let mean = TrackingNetScore(meanOf: scores.map(\.1))
      means[name] = mean
      report.show(results, of: name)
      report.add(
        name, [mean.success, mean.precision, mean.normalizedPrecision],
        sequences: Dictionary(uniqueKeysWithValues: scores.map { ($0, $1.success) }))
    }
    report.plot(
      "success", "Success", x: "overlap", y: "share of frames at least",
      at: TrackingNetScore.overlapThresholds, column: 0
    ) { means[$0]!.successCurve }
    report.plot(
      "precision", "Precision", x: "distance of the centres, pixels", y: "share of frames within",
      at: TrackingNetScore.distanceThresholds, column: 1
    ) { means[$0]!.precisionCurve }
    report.plot(
      "normalized_precision", "Normalised precision", x: "distance of the centres, parts of the box",
      y: "share of frames within", at: TrackingNetScore.normalizedThresholds, column: 2
    ) { means[$0]!.normalizedCurve }
    try inputs.present(report)
  }
}
