import Datasets
import Foundation
import NN
import Vision

/// A report as one page that needs no other file.
struct Page {
  /// How many sequences, and of how many trackers, are shown as pictures.
  private static let worstCount = 5, trackerCount = 4

  let report: Report
  let frames: FrameFolders

  /// The page's HTML.
  func text() throws -> String {
    let body = [
      "<h1>\(report.title.escapedForMarkup)</h1>",
      table([""] + report.columns, report.rows.map { [$0.name] + $0.figures.map(Report.figure) }),
      "<div class=\"plots\">\n\(report.figures.map { $0.plot.svg() }.joined(separator: "\n"))</div>",
      groups,
      try pictures(),
      "<h2>\(report.sequenceFigure.escapedForMarkup), sequence by sequence</h2>",
      table(
        ["sequence"] + report.rows.map(\.name),
        report.worstSequences.map { name in
          [name] + report.rows.map { report.sequences[$0.name]?[name].map(Report.figure) ?? "–" }
        }),
    ]
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(report.title.escapedForMarkup)</title>
      <style>
      body { font-family: Helvetica, Arial, sans-serif; margin: 2em auto; max-width: 92em; padding: 0 1em }
      table { border-collapse: collapse; margin: 1em 0 }
      th, td { padding: .25em .8em; border-bottom: 1px solid #ddd; text-align: right }
      th:first-child, td:first-child { text-align: left }
      .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(36em, 1fr)); gap: 1em }
      svg, img { max-width: 100%; height: auto }
      figure { margin: 1em 0 }
      </style></head><body>
      \(body.filter { !$0.isEmpty }.joined(separator: "\n"))
      </body></html>

      """
  }

  /// The means over the sequences of each attribute.
  private var groups: String {
    if report.groups.isEmpty { return "" }
    let (head, rows) = report.groupTable
    return "<h2>\(report.sequenceFigure.escapedForMarkup) by attribute</h2>\n" + table([""] + head, rows)
  }

  /// Frames of the worst sequences of which there are any.
  private func pictures() throws -> String {
    let trackers = report.rows.prefix(Self.trackerCount).enumerated().map {
      (name: $1.name, color: Color.series($0))
    }
    var figures: [String] = []
    for name in report.worstSequences where figures.count < Self.worstCount {
      guard let picture = try picture(of: name, trackers) else { continue }
      let format = ImageFormat.jpeg.isBuiltIn ? ImageFormat.jpeg : .png
      let data = try Data(picture.encoded(as: format, quality: 85)).base64EncodedString()
      let values = trackers.compactMap { tracker in
        report.sequences[tracker.name]?[name].map { "\(mark(tracker)) \(Report.figure($0))" }
      }
      figures.append(
        """
        <figure><figcaption><b>\(name.escapedForMarkup)</b> \(values.joined(separator: " "))</figcaption>
        <img alt="\(name.escapedForMarkup)" src="data:image/\(format == .jpeg ? "jpeg" : "png");base64,\(data)"></figure>
        """)
    }
    if figures.isEmpty { return "" }
    return "<h2>The worst sequences</h2>\n<p>White: the truth.</p>\n" + figures.joined(separator: "\n")
  }

  /// Nil where there are no frames, or damaged ones, with a word.
  private func picture(of name: String, _ trackers: [(name: String, color: Color)]) throws -> Image? {
    guard let scene = report.scenes[name], let frames = frames.frames(of: name) else { return nil }
    do {
      return try scene.picture(frames, trackers)
    } catch let error where error is DatasetError || error is ImageError {
      Program.warn("\(error): \(name) is not shown")
      return nil
    }
  }

  private func mark(_ tracker: (name: String, color: Color)) -> String {
    "<span style=\"color:\(tracker.color.hexadecimal)\">■</span> \(tracker.name.escapedForMarkup)"
  }

  private func table(_ head: [String], _ rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\($0.escapedForMarkup)</\(tag)>" }.joined() + "</tr>"
    }
    return "<table>\n\(([row(head, "th")] + rows.map { row($0, "td") }).joined(separator: "\n"))\n</table>"
  }
}
