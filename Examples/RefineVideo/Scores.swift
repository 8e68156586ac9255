import Datasets
import Evaluation
import Foundation
import Tensor
import Vision

/// J and TCONT of one sequence, before the refinement and after, taken frame by frame. J leaves out the first frame and the
/// last, as DAVIS does.
struct RefinementScore {
  let name: String
  private(set) var before: Side
  private(set) var after: Side
  private var hasObject = false

  /// One segmentation's scores.
  struct Side {
    fileprivate let threshold: Double
    private var frames: [Double] = []
    private var consistencies: [Double] = []
    private var last: [Tensor] = []

    fileprivate init(threshold: Double) { self.threshold = threshold }

    var j: Double { Array(frames.count > 2 ? frames.dropFirst().dropLast() : frames[...]).mean }
    /// Nil for fewer than three frames.
    var consistency: Double? { consistencies.isEmpty ? nil : consistencies.mean }

    /// Takes a soft mask; `truth` and `flows` are those of the last three frames, or of as many as there were.
    fileprivate mutating func append(_ soft: Tensor, _ mask: Mask, truth: [Mask], flows: [Refinement.Flow])
      throws
    {
      frames.append(mask.iou(truth.last!))
      last = last.suffix(2) + [soft]
      guard last.count == 3 else { return }
      consistencies += try TemporalConsistency(
        of: .stack(last), truth: truth, forward: flows.map(\.forward), backward: flows.map(\.backward),
        threshold: threshold
      ).frames
    }
  }

  private var truth: [Mask] = []
  private var flows: [Refinement.Flow] = []

  /// The score of a sequence without frames yet.
  init(_ name: String, threshold: Double) {
    (self.name, before, after) = (name, Side(threshold: threshold), Side(threshold: threshold))
  }

  /// Takes the next frame.
  mutating func append(_ frame: Refinement.Frame, truth mask: Mask) throws {
    hasObject = hasObject || mask.area > 0
    truth = truth.suffix(2) + [mask]
    if let flow = frame.flow { flows = flows.suffix(1) + [flow] }
    let input = frame.input.tensor().squeezed(axis: -1)
    try before.append(input, Mask(frame.input), truth: truth, flows: flows)
    try after.append(frame.mask, Mask(frame.mask, above: after.threshold), truth: truth, flows: flows)
  }

  /// Throws where no truth showed an object.
  func check(_ source: MaskSource) throws {
    if !hasObject { throw DatasetError.noObjects(path: source.path) }
  }
}

/// The scores of all sequences: lines on standard output, and a file.
struct ScoreTable {
  private var scores: [RefinementScore] = []

  mutating func append(_ score: RefinementScore, _ note: String) {
    if scores.isEmpty { print("sequence             J before   after    gain  TCONT before   after    gain") }
    scores.append(score)
    show(
      score.name, (score.before.j, score.before.consistency), (score.after.j, score.after.consistency), note)
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
