import Foundation
import Vision

/// A report as one page that needs no other file.
struct Page {
  let report: Report

  /// The page's HTML.
  func text() throws -> String {
    let names = Set(report.sequences.values.flatMap(\.keys)).sorted()
    let trackers = report.rows.map(\.name)
    let pictures = try report.figures.map { figure in
      let png = try Data(figure.plot.render().encoded(as: .png)).base64EncodedString()
      return "<img alt=\"\(escaped(figure.plot.title))\" src=\"data:image/png;base64,\(png)\">"
    }
    let body = [
      "<h1>\(escaped(report.title))</h1>",
      table([""] + report.columns, report.rows.map { [$0.name] + $0.figures.map(Report.figure) }),
      pictures.joined(separator: "\n"),
      groups,
      "<h2>\(escaped(report.sequenceFigure)), sequence by sequence</h2>",
      table(
        ["sequence"] + trackers,
        names.map { name in
          [name] + trackers.map { report.sequences[$0]?[name].map(Report.figure) ?? "–" }
        }),
    ]
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(escaped(report.title))</title>
      <style>
      body { font-family: sans-serif; margin: 2em auto; max-width: 62em }
      table { border-collapse: collapse; margin: 1em 0 }
      th, td { padding: .25em .8em; border-bottom: 1px solid #ddd; text-align: right }
      th:first-child, td:first-child { text-align: left }
      img { max-width: 100% }
      </style></head><body>
      \(body.joined(separator: "\n"))
      </body></html>

      """
  }

  private var groups: String {
    guard !report.groups.isEmpty else { return "" }
    let (head, rows) = report.groupTable
    return "<h2>\(escaped(report.sequenceFigure)) by attribute</h2>" + table([""] + head, rows)
  }

  private func table(_ head: [String], _ rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
    }
    return "<table>\n\(([row(head, "th")] + rows.map { row($0, "td") }).joined(separator: "\n"))\n</table>"
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
  }
}
