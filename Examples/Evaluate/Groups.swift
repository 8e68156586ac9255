import NN
import Vision

/// Sequences that have something in common, an attribute that their benchmark gives them.
struct Group {
  let name: String
  let sequences: [String]
}

extension Report {
  /// Adds the groups of sequences that share an attribute, and bars of the trackers' means over each.
  mutating func group(_ attributes: [String: [String]]) {
    let byAttribute = attributes.reduce(into: [String: [String]]()) { groups, sequence in
      for attribute in sequence.value { groups[attribute, default: []].append(sequence.key) }
    }
    groups = byAttribute.sorted { $0.key < $1.key }.map { Group(name: $0.key, sequences: $0.value) }
    guard !groups.isEmpty else { return }
    let bars = rows.map { row in
      BarPlot.Series(row.name, values: groups.map { mean(of: row.name, over: $0) ?? .nan })
    }
    let plot = BarPlot(
      title: "\(sequenceFigure) by attribute", yLabel: sequenceFigure, groups: groups.map(\.name),
      series: bars)
    figures.append(("attributes", plot))
  }

  /// The mean of a tracker's figures over the sequences of a group; nil where it has none of them.
  func mean(of tracker: String, over group: Group) -> Double? {
    let figures = group.sequences.compactMap { sequences[tracker]?[$0] }
    return figures.isEmpty ? nil : figures.mean
  }

  /// For each tracker its name and its means over the groups, under a head of these with the numbers of their sequences.
  var groupTable: (head: [String], rows: [[String]]) {
    let head = groups.map { "\($0.name) (\($0.sequences.count))" }
    return (
      head,
      rows.map { row in
        [row.name] + groups.map { mean(of: row.name, over: $0).map(Self.figure) ?? "–" }
      }
    )
  }
}
