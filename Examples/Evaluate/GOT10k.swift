import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
import Vision

/// GOT-10k's average overlap and success rates.
struct GOT10k: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "got10k",
    abstract: "GOT-10k's average overlap and success rates, over all frames in which the target can be seen.",
    discussion: """
      --truth is the data set's folder, --results hold SEQUENCE/SEQUENCE_001.txt, _002.txt, …, one for each repetition.
      """)

  @OptionGroup var inputs: Inputs

  func run() throws {
    let dataset = try GOT10kDataset(root: inputs.truthFolder)
    let sequences = try readable(dataset.names) { try dataset.sequence($0) }
    var report = Report(title: "GOT-10k", columns: ["AO", "SR 0.50", "SR 0.75"])
    var totals: [String: GOT10kScore] = [:]
    try inputs.forEachTracker { name, folder in
      let scores = try readable(sequences) { sequence -> (name: String, score: GOT10kScore)? in
        let runs = try Self.runs(of: sequence, in: folder)
        guard let first = runs.first else {
          Program.warn("\(name) has no \(sequence.name)/\(sequence.name)_001.txt: left out")
          return nil
        }
        let score = try Self.score(runs, of: sequence, in: folder)
        report.show(
          sequence.name, first, of: name, truth: sequence.annotatedFrames.map { sequence.box($0) })
        return (sequence.name, score)
      }
      guard !scores.isEmpty else { return }
      let total = scores.reduce(into: GOT10kScore()) { $0.add($1.score) }
      totals[name] = total
      report.add(
        name, [total.averageOverlap, total.successRate(at: 0.5), total.successRate(at: 0.75)],
        sequences: Dictionary(uniqueKeysWithValues: scores.map { ($0, $1.averageOverlap) }))
    }
    report.plot(
      "success", "Success", x: "overlap", y: "share of frames above", at: GOT10kScore.overlapThresholds,
      column: 0
    ) { totals[$0]!.success }
    try inputs.present(report)
  }

  private static func score(_ runs: [[Box?]], of sequence: GOT10kSequence, in folder: URL) throws
    -> GOT10kScore
  {
    let size = try sequence.size(0)
    let truth = sequence.annotatedFrames.map { sequence.box($0) ?? Box(x: 0, y: 0, width: 0, height: 0) }
    var score = GOT10kScore()
    for boxes in runs {
      guard boxes.count == truth.count else {
        throw DatasetError.boxCount(
          path: folder.appending(path: sequence.name).path, boxes: boxes.count, frames: truth.count)
      }
      score.add(
        boxes, truth: truth, isVisible: sequence.cover.prefix(truth.count).map { $0 > 0 },
        height: size.height,
        width: size.width)
    }
    return score
  }

  private static func runs(of sequence: GOT10kSequence, in folder: URL) throws -> [[Box?]] {
    let results = folder.appending(path: sequence.name)
    guard Folder.isFolder(results) else { return [] }
    return try Folder.list(results) { file in
      let name = file.deletingPathExtension().lastPathComponent, prefix = "\(sequence.name)_"
      return file.pathExtension == "txt" && name.hasPrefix(prefix) && Int(name.dropFirst(prefix.count)) != nil
    }.map { try BoxFile(contentsOf: $0).boxes }
  }
}
