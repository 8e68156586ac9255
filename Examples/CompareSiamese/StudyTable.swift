import Datasets
import Evaluation
import Foundation
import NN
import Tensor

/// The comparison as a table.
struct StudyTable {
  private let rows: [(name: String, variant: String, scores: [VideoScore])]

  private let videos: [String]

  /// Of scores in the videos' order.
  init(_ rows: [(Contender, [VideoScore])], videos: [String]) {
    self.rows = rows.map { ($0.name, $0.variant, $1) }
    self.videos = videos
  }

  /// Prints it, and writes study.csv, and videos.csv with the overlap in each video.
  func present(in folder: OutputFolder) throws {
    let titles = rows.map { $0.variant.isEmpty ? $0.name : "  \($0.variant)" }
    let width = titles.map(\.count).max()! + 2
    func padded(_ text: String) -> String { text + String(repeating: " ", count: width - text.count) }
    Program.report(padded("mean of \(rows[0].scores.count) videos") + "overlap  success  lost  frames/s")
    var lines = ["tracker,variant,overlap,success,lost,frames_per_second"]
    for (row, title) in zip(rows, titles) {
      let overlap = row.scores.map(\.overlap).mean, success = row.scores.map(\.success).mean
      // Followed by less than a fifth, the target was not followed.
      let lost = Double(row.scores.count { $0.overlap < 0.2 }) / Double(row.scores.count)
      let speeds = row.scores.map(\.framesPerSecond).sorted(), speed = speeds[speeds.count / 2]
      Program.report(
        padded(title) + String(format: "%.3f    %.3f    %.2f  %.0f", overlap, success, lost, speed))
      lines.append(
        "\"\(row.name)\",\(row.variant),"
          + String(format: "%.4f,%.4f,%.4f,%.1f", overlap, success, lost, speed))
    }
    try folder.write(lines, to: "study.csv")
    try folder.write(
      ["tracker,variant,video,overlap"]
        + rows.flatMap { row in
          zip(videos, row.scores).map {
            "\"\(row.name)\",\(row.variant),\($0)," + String(format: "%.4f", $1.overlap)
          }
        }, to: "videos.csv")
  }
}

extension OutputFolder {
  /// Writes a file of lines.
  func write(_ lines: [String], to name: String) throws {
    let file = file(name)
    do throws(WholeFile.Failure) {
      try WholeFile.write(lines.joined(separator: "\n") + "\n", to: file)
    } catch {
      throw DatasetError.inaccessible(path: file.path, reason: "cannot be written: \(error.reason)")
    }
  }
}
