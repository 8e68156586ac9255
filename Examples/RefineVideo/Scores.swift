import Datasets
import Evaluation
import Foundation
import NN
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
    fileprivate mutating func append(_ soft: Tensor, _ mask: Mask, truth: [Mask], flows: [SequenceFlows.Pair])
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
  private var flows: [SequenceFlows.Pair] = []
  private var stream: SequenceFlows

  /// The score of a sequence without frames yet.
  init(of sequence: RefinedSequence, threshold: Double) {
    (name, stream) = (sequence.name, SequenceFlows(of: sequence))
    (before, after) = (Side(threshold: threshold), Side(threshold: threshold))
  }

  /// Takes the next frame.
  mutating func append(_ frame: Refinement.Frame, truth mask: Mask) throws {
    hasObject = hasObject || mask.area > 0
    truth = truth.suffix(2) + [mask]
    if let flow = try stream.push(frame.image) { flows = flows.suffix(1) + [flow] }
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
  /// A sequence's scores.
  struct Row: Codable {
    let name: String
    /// J and TCONT, before and after.
    let j: [Double], consistency: [Double?]
    let note: String

    init(_ score: RefinementScore, note: String) {
      (name, self.note) = (score.name, note)
      j = [score.before.j, score.after.j]
      consistency = [score.before.consistency, score.after.consistency]
    }
  }

  private(set) var rows: [Row] = []

  mutating func append(_ row: Row) {
    if rows.isEmpty {
      Program.report("sequence             J before   after    gain  TCONT before   after    gain")
    }
    rows.append(row)
    show(row.name, row.j, row.consistency, row.note)
  }

  mutating func sort(_ areInOrder: (_ name: String, _ other: String) -> Bool) {
    rows.sort { areInOrder($0.name, $1.name) }
  }

  func printMean() {
    guard !rows.isEmpty else { return }
    func mean(_ value: (Row) -> Double?) -> Double? {
      let values = rows.compactMap(value)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    let improved = rows.count { $0.j[1] > $0.j[0] }
    show(
      "mean of \(rows.count)", (0...1).map { side in mean { $0.j[side] } ?? 0 },
      (0...1).map { side in mean { $0.consistency[side] } },
      "J improved in \(improved) of \(rows.count)")
  }

  func write(to file: URL) throws {
    func cell(_ value: Double?) -> String { value.map { String(format: "%.5f", $0) } ?? "" }
    let lines = rows.map { ([$0.name] + $0.j.map(cell) + $0.consistency.map(cell)).joined(separator: ",") }
    let text = (["sequence,j_before,j_after,tcont_before,tcont_after"] + lines).joined(separator: "\n") + "\n"
    do throws(WholeFile.Failure) {
      try WholeFile.write(text, to: file)
    } catch {
      throw RefinementError("\(file.path): can't be written: \(error.reason)")
    }
  }

  private func show(
    _ name: String, _ j: [Double], _ consistency: [Double?], _ note: String
  ) {
    func percent(_ value: Double?) -> String { value.map { String(format: "%7.2f", 100 * $0) } ?? "      –" }
    func gain(_ before: Double?, _ after: Double?) -> String {
      guard let before, let after else { return "      –" }
      return String(format: "%+7.2f", 100 * (after - before))
    }
    let title = name.padding(toLength: max(20, name.count), withPad: " ", startingAt: 0)
    Program.report(
      "\(title)  \(percent(j[0])) \(percent(j[1])) \(gain(j[0], j[1]))      "
        + "\(percent(consistency[0])) \(percent(consistency[1])) "
        + "\(gain(consistency[0], consistency[1]))   \(note)")
  }
}
