import ArgumentParser
import Evaluation
import Foundation

/// Success, precision and normalised precision of one pass, over the means of the sequences.
struct OnePass: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ope",
    abstract: "One-pass evaluation: success, precision, normalised precision (OTB, UAV123, NFS, LaSOT, …).",
    discussion: """
      --truth is the data set's folder, or holds SEQUENCE/groundtruth_rect.txt, SEQUENCE/groundtruth.txt or SEQUENCE.txt; \
      --results hold SEQUENCE.txt, x,y,width,height a line. UAV123's and LaSOT's frames without the target count as missed. Where the \
      truth has attributes, att/SEQUENCE.txt, success is told for each.
      """)

  @OptionGroup var inputs: Inputs

  @Option(
    help:
      "What the truth's files call the first column, less what the results' do: 1 for OTB's beside TrackVideo's."
  )
  var truthShift = 0.0

  @Flag(
    help:
      "Frames without a true box count as missed, as in UAV123's folders anyway, instead of being left out.")
  var countAbsent = false

  func validate() throws {
    guard abs(truthShift) <= 1000 else {
      throw ValidationError("--truth-shift is \(truthShift); it must be -1000 to 1000.")
    }
  }

  func run() throws {
    let truth = try BoxResults(inputs.truthFolder, shift: -truthShift)
    var report = Report(title: "one pass", columns: ["success", "precision", "normalized"])
    var means: [String: OnePassScore] = [:]
    try inputs.forEachTracker { name, folder in
      let results = try truth.boxes(of: name, in: folder)
      let scores = results.map {
        let countsAbsent = countAbsent || $0.truth.countsAbsent
        return ($0.truth.name, OnePassScore($0.boxes, truth: $0.truth.boxes, countsAbsent: countsAbsent))
      }
      guard !scores.isEmpty else { return }
      let mean = OnePassScore(meanOf: scores.map(\.1))
      means[name] = mean
      report.show(results, of: name)
      report.add(
        name, [mean.successAUC, mean.precisionAt20, mean.normalizedPrecisionAt20],
        sequences: Dictionary(uniqueKeysWithValues: scores.map { ($0, $1.successAUC) }))
    }
    report.group(Dictionary(uniqueKeysWithValues: truth.truth.map { ($0.name, $0.attributes) }))
    report.plot(
      "success", "Success", x: "overlap", y: "share of frames above", at: OnePassScore.overlapThresholds,
      column: 0
    ) { means[$0]!.success }
    report.plot(
      "precision", "Precision", x: "distance of the centres, pixels", y: "share of frames within",
      at: OnePassScore.distanceThresholds, column: 1
    ) { means[$0]!.precision }
    report.plot(
      "normalized_precision", "Normalised precision", x: "distance of the centres, parts of the box",
      y: "share of frames within", at: OnePassScore.normalizedThresholds, column: 2
    ) { means[$0]!.normalizedPrecision }
    try inputs.present(report)
  }
}
