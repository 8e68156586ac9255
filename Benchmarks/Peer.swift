import Foundation

/// PyTorch, measured by peer.py in a process of its own for each row, right after ours.
final class Peer {
  /// Such as "PyTorch 2.13.0".
  let name: String

  private let python: String
  private let threads: Int
  // A run may answer for rows still to come, whose names contain the one asked for.
  private var values: [String: Double] = [:]

  private struct Line: Decodable {
    let peer: String?
    let name: String?
    let ms: Double?
    let megabytes: Double?
  }

  /// Asks peer.py for its peer; nil, after its line on standard error that says why, where there is none.
  init?(python: String, threads: Int) {
    (self.python, self.threads) = (python, threads)
    guard let name = Self.run(python, threads, ["--filter", "no benchmark"]).lazy.compactMap(\.peer).first
    else { return nil }
    self.name = String(name.prefix { $0 != "," })
  }

  /// The value of one row, in the row's unit; nil where peer.py failed.
  func value(of benchmark: Benchmark) -> Double? {
    if values[benchmark.name] == nil {
      let request = benchmark.unit == .megabytes ? ["--memory"] : ["--filter", benchmark.name]
      for line in Self.run(python, threads, request) {
        if let name = line.name { values[name] = line.ms ?? line.megabytes }
      }
    }
    return values[benchmark.name]
  }

  private static func run(_ python: String, _ threads: Int, _ request: [String]) -> [Line] {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("peer.py")
    let arguments = [python, script.path, "--threads", "\(threads)"] + request
    guard let (text, _) = try? output(of: URL(fileURLWithPath: "/usr/bin/env"), arguments) else { return [] }
    return text.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(Line.self, from: $0)
    }
  }
}
