import Foundation

/// A table of the paper: names in the first column, numbers after them.
struct Table {
  let title: String
  let columns: [String]
  var rows: [(name: String, values: [Double])] = []

  init(_ title: String, columns: [String]) { (self.title, self.columns) = (title, columns) }

  /// Columns of one width, for people.
  var text: String {
    let cells = [columns] + rows.map { [$0.name] + numbers($0.values, digits: 1) }
    let widths = columns.indices.map { column in cells.map { $0[column].count }.max()! }
    let lines = cells.map { row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }
    return ([title] + lines.map { "  " + $0 }).joined(separator: "\n") + "\n"
  }

  /// Comma-separated values, for programs.
  var csv: String {
    let lines = [columns] + rows.map { [$0.name] + numbers($0.values, digits: 4) }
    return lines.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
  }

  /// Columns that count something have no decimals.
  private func numbers(_ values: [Double], digits: Int) -> [String] {
    values.enumerated().map { column, value in
      let isCount = rows.allSatisfy { $0.values[column] == $0.values[column].rounded() }
      return String(format: "%.\(isCount ? 0 : digits)f", value)
    }
  }
}
