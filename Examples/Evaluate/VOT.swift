import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
import Tensor
import Vision

/// VOT's accuracy, robustness and expected average overlap.
struct VOT: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vot",
    abstract: "VOT's accuracy, robustness and expected average overlap, by the protocol of the year.",
    discussion: """
      --truth is the data set's folder (SEQUENCE/groundtruth.txt), --results hold EXPERIMENT/SEQUENCE/SEQUENCE_001.txt, \
      _002.txt, …, or of 2020 and later SEQUENCE_00000000.txt, … for each anchor; EXPERIMENT may be missing. Files may be \
      .bin. Until 2019 trackers are started again after a failure: robustness is the number of failures in 100 frames, \
      reliability how likely a tracker is to follow its target through 30. Later robustness is the share of frames before a \
      failure.
      """)

  @OptionGroup var inputs: Inputs

  @Option(help: "The challenge's year, 2015 to 2022.")
  var year = VOTChallenge.vot2018

  @Option(help: "The experiment's folder under the results, such as baseline or realtime.")
  var experiment = "baseline"

  func run() throws {
    let dataset = try VOTDataset(root: inputs.truthFolder)
    let truth = try readable(dataset.names) { try VOTTruth($0, of: dataset) }
    let unbounded = truth.count { $0.size == nil }
    if unbounded > 0 {
      Program.warn(
        "\(unbounded) sequences have neither images nor their size in a file `sequence`: what overlaps beyond them counts too"
      )
    }
    let report =
      switch year.rules {
      case .reset: try resetReport(truth)
      case .multiStart: try multiStartReport(truth)
      }
    try inputs.present(report)
  }

  private func resetReport(_ truth: [VOTTruth]) throws -> Report {
    var report = Report(
      title: title, columns: ["EAO", "accuracy", "robustness", "failures", "reliability"],
      sequenceFigure: "accuracy")
    var scores: [String: VOTResetScore] = [:]
    try inputs.forEachTracker { name, folder in
      let runs = try runs(of: name, truth) { try $0.resetRuns(in: folder, experiment: experiment) }
      for sequence in truth {
        try sequence.show(in: &report, of: name, in: folder, experiment: experiment)
      }
      let score = VOTResetScore(runs)
      guard let average = try average(score.frameCount > 0, score.expectedAverageOverlap) else { return }
      scores[name] = score
      report.add(
        name, [average, score.accuracy, score.robustness, score.failures, score.reliability()],
        sequences: sequences(truth, runs) { VOTResetScore([$0]).accuracy })
    }
    report.accuracyRobustness("reliability") { (scores[$0]!.reliability(), scores[$0]!.accuracy) }
    report.expectedOverlap(from: 1) { scores[$0]!.expectedOverlap }
    return report
  }

  private func multiStartReport(_ truth: [VOTTruth]) throws -> Report {
    var report = Report(
      title: title, columns: ["EAO", "accuracy", "robustness"], sequenceFigure: "accuracy")
    var scores: [String: VOTMultiStartScore] = [:]
    try inputs.forEachTracker { name, folder in
      let runs = try runs(of: name, truth) { try $0.multiStartRuns(in: folder, experiment: experiment) }
      let score = VOTMultiStartScore(
        zip(truth, runs).map { ($0.entries.count, $1) }, length: year.lengths.upperBound)
      guard let average = try average(runs.contains { !$0.isEmpty }, score.expectedAverageOverlap) else {
        return
      }
      scores[name] = score
      report.add(
        name, [average, score.accuracy, score.robustness],
        sequences: sequences(truth, runs) {
          VOTMultiStartScore([(frameCount: $0[0].frameCount, runs: $0)], length: 1).accuracy
        })
    }
    report.accuracyRobustness("robustness") { (scores[$0]!.robustness, scores[$0]!.accuracy) }
    report.expectedOverlap(from: 0) { scores[$0]!.expectedOverlap }
    return report
  }

  private var title: String { "VOT \(year.rawValue)" }

  /// A tracker's runs over each sequence; none, with a word, where they lack or can't be read.
  private func runs<Run: Sendable>(
    of name: String, _ truth: [VOTTruth], _ read: @Sendable (VOTTruth) throws -> [Run]
  ) throws -> [[Run]] {
    let runs = concurrentMap(truth.count) { index in Result { try read(truth[index]) } }
    let readable = try readable(Array(truth.indices)) { index in (index, try runs[index].get()) }
    let found = Dictionary(uniqueKeysWithValues: readable)
    for (index, runs) in found.sorted(by: { $0.key < $1.key }) where runs.isEmpty {
      Program.warn("\(name) has no results of \(truth[index].name): left out")
    }
    return truth.indices.map { found[$0] ?? [] }
  }

  /// The expected average overlap; nil of a tracker without results.
  private func average(_ hasResults: Bool, _ score: (ClosedRange<Int>) -> Double?) throws -> Double? {
    guard hasResults else { return nil }
    guard let average = score(year.lengths) else { throw VOTError.tooShort(year) }
    return average
  }

  private func sequences<Run>(_ truth: [VOTTruth], _ runs: [[Run]], _ accuracy: ([Run]) -> Double)
    -> [String: Double]
  {
    Dictionary(
      uniqueKeysWithValues: zip(truth, runs).filter { !$1.isEmpty }.map { ($0.name, accuracy($1)) })
  }
}

extension Report {
  /// Adds a plot with a mark for each tracker, the better the further up and to the right.
  fileprivate mutating func accuracyRobustness(_ x: String, _ place: (String) -> (x: Double, y: Double)) {
    let series = rows.map { row in
      let (x, y) = place(row.name)
      return ScatterPlot.Series(row.name, points: [Point(x, y)])
    }
    figures.append(
      (
        "accuracy_robustness",
        ScatterPlot(title: "Accuracy and robustness", xLabel: x, yLabel: "accuracy", series: series)
      ))
  }

  /// Adds a plot of expected overlaps, the first of a length.
  fileprivate mutating func expectedOverlap(from length: Int, _ curve: (String) -> [Double]) {
    let lengths = (0..<(rows.map { curve($0.name).count }.max() ?? 0)).map { Double($0 + length) }
    plot(
      "expected_overlap", "Expected overlap", x: "frames", y: "mean overlap so far", at: lengths, column: 0,
      curve)
  }
}

extension VOTChallenge: ExpressibleByArgument {}

/// Why VOT's scores can't be computed; the description is one line.
enum VOTError: Error, CustomStringConvertible {
  case tooShort(VOTChallenge)

  var description: String {
    switch self {
    case .tooShort(let year):
      "no sequence is of \(year.lengths.lowerBound) frames, from which the expected overlap of \(year.rawValue) is averaged"
    }
  }
}
