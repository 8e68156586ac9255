import Foundation
import Vision

/// What an evaluation found: figures for each tracker, the best first, the same for each sequence, plots, and what the
/// trackers said.
struct Report {
  /// The benchmark.
  var title: String
  /// What the figures are; the first one ranks.
  var columns: [String]
  /// A tracker's figures.
  var rows: [(name: String, figures: [Double])] = []
  /// For each tracker a figure of each sequence.
  var sequences: [String: [String: Double]] = [:]
  /// What that figure is.
  var sequenceFigure: String
  /// Groups of sequences over which that figure is averaged too.
  var groups: [Group] = []
  /// Plots by name.
  var figures: [(name: String, plot: any Plot)] = []
  /// By sequence, what is to be seen in its frames.
  var scenes: [String: Scene] = [:]

  /// A report on no tracker; each sequence's figure is what ranks the trackers, or else what `sequenceFigure` says.
  init(title: String, columns: [String], sequenceFigure: String? = nil) {
    (self.title, self.columns, self.sequenceFigure) = (title, columns, sequenceFigure ?? columns[0])
  }

  /// Adds a tracker.
  mutating func add(_ name: String, _ figures: [Double], sequences: [String: Double]) {
    rows.append((name, figures))
    rows.sort { $0.figures[0] > $1.figures[0] }
    self.sequences[name] = sequences
  }

  /// The table as text.
  var table: String {
    let groupTitle = groups.isEmpty ? "" : "\(sequenceFigure) by attribute"
    let width = (rows.map(\.name.count) + [title.count, groupTitle.count]).max()! + 2
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    func lines(_ table: [[String]], _ columnWidth: Int) -> [String] {
      table.map { padded($0[0], width) + $0.dropFirst().map { padded($0, columnWidth) }.joined() }
    }
    var all = lines([[title] + columns] + rows.map { [$0.name] + $0.figures.map(Self.figure) }, 12)
    if !groups.isEmpty {
      let (head, rows) = groupTable
      all += [""] + lines([[groupTitle] + head] + rows, 10)
    }
    return all.map { $0.replacing(/\s+$/, with: "") }.joined(separator: "\n")
  }

  /// A figure with three places.
  static func figure(_ value: Double) -> String { String(format: "%.3f", value) }

  /// All figures as a JSON document.
  func json() throws -> Data {
    struct Entry: Encodable {
      let name: String
      let figures: [String: Double]
      let sequences: [String: Double]
      let attributes: [String: Double]?
    }
    struct Document: Encodable {
      let benchmark: String
      let trackers: [Entry]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return try encoder.encode(
      Document(
        benchmark: title,
        trackers: rows.map { row in
          let means = groups.compactMap { group in mean(of: row.name, over: group).map { (group.name, $0) } }
          return Entry(
            name: row.name, figures: Dictionary(uniqueKeysWithValues: zip(columns, row.figures)),
            sequences: sequences[row.name] ?? [:],
            attributes: groups.isEmpty ? nil : Dictionary(uniqueKeysWithValues: means))
        }))
  }

  /// Adds a plot of one curve for each tracker, in the order of the ranking, named with the figure it stands for.
  mutating func plot(
    _ name: String, _ title: String, x: String, y: String, at thresholds: [Double], column: Int,
    _ curve: (String) -> [Double]
  ) {
    let series = rows.map { row in
      LinePlot.Series(
        "\(row.name) \(Self.figure(row.figures[column]))",
        points: zip(thresholds, curve(row.name)).map { Point($0, $1) })
    }
    figures.append((name, LinePlot(title: title, xLabel: x, yLabel: y, series: series)))
  }

  /// The sequences that the trackers do worst at by the mean of their figures, the worst first.
  var worstSequences: [String] {
    let names = Set(sequences.values.flatMap(\.keys)).sorted()
    let means = names.map { name in sequences.values.compactMap { $0[name] }.mean }
    return zip(names, means).sorted { $0.1 < $1.1 }.map(\.0)
  }
}
