import Datasets
import Evaluation
import Foundation
import Tensor
import Vision

/// J and TCONT of one sequence, before the refinement and after. J leaves out the first frame and the last, as DAVIS does.
struct RefinementScore {
  let name: String
  let before: (j: Double, consistency: Double?)
  let after: (j: Double, consistency: Double?)
  let speed: String

  /// Nil where there is no truth.
  init?(_ outcome: Refinement.Outcome, of sequence: RefinedSequence, threshold: Double) throws {
    guard sequence.truth != nil else { return nil }
    var input: [Image] = []
    var truth: [Mask] = []
    for (frame, x) in outcome.masks.enumerated() {
      let (height, width) = (x.shape[0], x.shape[1])
      input.append(try Image.softMask(contentsOf: sequence.masks[frame]))
      truth.append(try sequence.trueMask(frame, height: height, width: width)!)
    }
    if truth.allSatisfy({ $0.area == 0 }) {
      throw DatasetError.noObjects(path: sequence.truth![0].deletingLastPathComponent().path)
    }
    func score(_ soft: [Tensor], _ masks: [Mask], above threshold: Double) throws -> (Double, Double?) {
      let j = try SegmentationScore(predictions: masks, truth: truth, excludingEnds: truth.count > 2).region
        .mean
      guard truth.count > 2 else { return (j, nil) }
      let consistency = try TemporalConsistency(
        of: .stack(soft), truth: truth, forward: outcome.forward, backward: outcome.backward,
        threshold: threshold)
      return (j, consistency.mean)
    }
    name = sequence.name
    before = try score(input.map { $0.tensor().squeezed(axis: -1) }, input.map { Mask($0) }, above: 0.5)
    after = try score(outcome.masks, outcome.masks.map { Mask($0, above: threshold) }, above: threshold)
    speed = outcome.speed
  }
}

/// The scores of all sequences: lines on standard output, and a file.
struct ScoreTable {
  private var scores: [RefinementScore] = []

  mutating func append(_ score: RefinementScore) {
    if scores.isEmpty { print("sequence             J before   after    gain  TCONT before   after    gain") }
    scores.append(score)
    show(score.name, score.before, score.after, score.speed)
  }

  func printMean() {
    guard !scores.isEmpty else { return }
    func mean(_ value: (RefinementScore) -> Double?) -> Double? {
      let values = scores.compactMap(value)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    let improved = scores.count { $0.after.j > $0.before.j }
    show(
      "mean of \(scores.count)", (mean { $0.before.j } ?? 0, mean { $0.before.consistency }),
      (mean { $0.after.j } ?? 0, mean { $0.after.consistency }),
      "J improved in \(improved) of \(scores.count)")
  }

  func write(to file: URL) throws {
    func cell(_ value: Double?) -> String { value.map { String(format: "%.5f", $0) } ?? "" }
    let rows = scores.map { score in
      [
        score.name, cell(score.before.j), cell(score.after.j), cell(score.before.consistency),
        cell(score.after.consistency),
      ].joined(separator: ",")
    }
    let text = (["sequence,j_before,j_after,tcont_before,tcont_after"] + rows).joined(separator: "\n") + "\n"
    do throws(WholeFile.Failure) {
      try WholeFile.write(text, to: file)
    } catch {
      throw RefinementError("\(file.path): can't be written: \(error.reason)")
    }
  }

  private func show(
    _ name: String, _ before: (j: Double, consistency: Double?), _ after: (j: Double, consistency: Double?),
    _ note: String
  ) {
    func percent(_ value: Double?) -> String { value.map { String(format: "%7.2f", 100 * $0) } ?? "      –" }
    func gain(_ before: Double?, _ after: Double?) -> String {
      guard let before, let after else { return "      –" }
      return String(format: "%+7.2f", 100 * (after - before))
    }
    let title = name.padding(toLength: max(20, name.count), withPad: " ", startingAt: 0)
    print(
      "\(title)  \(percent(before.j)) \(percent(after.j)) \(gain(before.j, after.j))      "
        + "\(percent(before.consistency)) \(percent(after.consistency)) "
        + "\(gain(before.consistency, after.consistency))   \(note)")
  }
}
