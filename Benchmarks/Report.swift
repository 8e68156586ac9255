import Foundation

/// One row, measured. Times in milliseconds unless the benchmark's unit says otherwise.
struct Row: Encodable {
  let name: String
  let ours: Double
  let peer: String?
  let peerValue: Double?
  /// The least time possible over ours.
  let fractionOfLimit: Double?
  let unit: Benchmark.Unit

  /// How many times the peer takes what ours takes: more than 1 where ours is better.
  var ratio: Double? { peerValue.map { $0 / ours } }

  private enum Key: String, CodingKey {
    case name, oursMs = "ours_ms", peer, peerMs = "peer_ms", ratio, fractionOfLimit = "fraction_of_limit"
  }

  /// Unknown values are written as null, never left out.
  func encode(to encoder: any Encoder) throws {
    var row = encoder.container(keyedBy: Key.self)
    try row.encode(name, forKey: .name)
    try row.encode(ours, forKey: .oursMs)
    try row.encode(peer, forKey: .peer)
    try row.encode(peerValue, forKey: .peerMs)
    try row.encode(ratio, forKey: .ratio)
    try row.encode(fractionOfLimit, forKey: .fractionOfLimit)
  }
}

/// The table, printed row by row, and the same as JSON.
struct Report {
  private var rows: [Row] = []
  private let nameWidth: Int
  private let file: URL?

  /// A report of benchmarks of these names, written to a file too where one is given. Throws where it can't be.
  init(names: [String], file: URL?) throws {
    nameWidth = names.map(\.count).max() ?? 0
    self.file = file
    try write()
    printColumns("name", ["ours_ms", "peer", "peer_ms", "ratio", "fraction_of_limit"])
  }

  /// Prints a row. The file is written anew each time, so that what was measured outlives an interruption.
  mutating func add(_ row: Row) throws {
    rows.append(row)
    let unit = row.unit == .milliseconds ? "" : " \(row.unit.rawValue)"
    func cell(_ value: Double?, _ digits: Int, _ unit: String = "") -> String {
      value.map { String(format: "%.\(digits)f", $0) + unit } ?? "–"
    }
    printColumns(
      row.name,
      [
        cell(row.ours, 3, unit), row.peer ?? "–", cell(row.peerValue, 3, unit), cell(row.ratio, 2),
        cell(row.fractionOfLimit, 2),
      ])
    try write()
  }

  private func printColumns(_ name: String, _ columns: [String]) {
    let widths = [12, 15, 12, 7, 18]
    let cells = zip(columns, widths).map { String(repeating: " ", count: max($1 - $0.count, 1)) + $0 }
    print(name + String(repeating: " ", count: nameWidth - min(name.count, nameWidth)) + cells.joined())
    fflush(nil)
  }

  private func write() throws {
    guard let file else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    do { try (encoder.encode(rows) + [UInt8(ascii: "\n")]).write(to: file, options: .atomic) } catch {
      throw BenchmarkError.unwritable(path: file.path, reason: error.localizedDescription)
    }
  }
}
