import Evaluation
import Foundation
import Vision

/// What each way to answer scored on the held-out windows, seed by seed.
struct StudyResults {
  /// By name, in the order they came in.
  private(set) var rows: [(name: String, seeds: [Score])] = []

  /// The scores of one seed.
  struct Score {
    let overlaps: [Double]
    /// J of the masks, where there are some.
    let j: Double?

    var averageOverlap: Double { overlaps.mean }
    func success(_ threshold: Double) -> Double { overlaps.map { $0 > threshold ? 1 : 0 }.mean }
  }

  mutating func add(_ name: String, _ overlaps: [Double], j: Double? = nil) {
    let score = Score(overlaps: overlaps, j: j)
    if let row = rows.firstIndex(where: { $0.name == name }) {
      rows[row].seeds.append(score)
    } else {
      rows.append((name, [score]))
    }
  }

  private static let columns: [(name: String, value: @Sendable (Score) -> Double?)] = [
    ("AO", { $0.averageOverlap }), ("SR.50", { $0.success(0.5) }), ("SR.75", { $0.success(0.75) }),
    ("J", { $0.j }),
  ]

  /// The table: means over the seeds and, of several, standard deviations, in points.
  var text: String {
    let width = rows.map(\.name.count).max()! + 2
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let header = padded("", width) + Self.columns.map { padded($0.name, 13) }.joined()
    let lines = rows.map { name, seeds in
      padded(name, width)
        + Self.columns.map { padded(Self.text(seeds.compactMap($0.value)), 13) }.joined()
    }
    return ([header] + lines).joined(separator: "\n")
  }

  private static func text(_ values: [Double]) -> String {
    guard !values.isEmpty else { return "" }
    let deviation = (values.map { pow($0 - values.mean, 2) }.reduce(0, +) / Double(max(1, values.count - 1)))
      .squareRoot()
    let mean = String(format: "%.1f", 100 * values.mean)
    return values.count == 1 ? mean : mean + String(format: " ± %.1f", 100 * deviation)
  }

  /// A line for each row and seed.
  var csv: String {
    let lines = rows.flatMap { name, seeds in
      seeds.enumerated().map { seed, score in
        "\"\(name)\",\(seed + 1),"
          + Self.columns.map { $0.value(score).map { String(format: "%.6f", $0) } ?? "" }.joined(
            separator: ",")
      }
    }
    return (["name,seed," + Self.columns.map(\.name).joined(separator: ",")] + lines).joined(separator: "\n")
      + "\n"
  }

  /// The success curves, over all seeds, of the rows that `isShown` chooses.
  func successPlot(_ isShown: (String) -> Bool) -> LinePlot {
    LinePlot(
      title: "Success on the held-out videos", xLabel: "overlap", yLabel: "share of frames above it",
      series: rows.filter { isShown($0.name) }.map { name, seeds in
        LinePlot.Series(
          name,
          points: (0...20).map { step in
            let threshold = Double(step) / 20
            return Point(threshold, seeds.map { $0.success(threshold) }.mean)
          })
      })
  }
}
