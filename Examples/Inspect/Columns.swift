import Foundation
import NN
import Tensor

/// What a tensor's elements are like.
enum Statistics {
  static let names = ["min", "mean", "max", "not finite"]

  /// Dashes where the elements can't be read, or there are none.
  static func columns(of entry: TensorFile.Entry, in file: TensorFile) -> [String] {
    guard let elements = try? file.tensor(entry).array(of: Double.self) else { return names.map { _ in "-" } }
    let finite = elements.filter(\.isFinite)
    let others = elements.count - finite.count
    guard let least = finite.min(), let greatest = finite.max() else { return ["-", "-", "-", "\(others)"] }
    let mean = finite.reduce(0) { $0 + $1 / Double(finite.count) }
    return [least, mean, greatest].map { String(format: "%.4g", $0) } + ["\(others)"]
  }
}

/// Rows whose columns stand below one another, the first ones to the left, the others to the right.
func table(_ rows: [[String]], leftAligned: Int) -> String {
  let rows = rows.map { $0.map(\.onOneLine) }
  let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let cells = zip(row, widths).enumerated().map { column, cell in
      let space = String(repeating: " ", count: cell.1 - cell.0.count)
      return column < leftAligned ? cell.0 + space : space + cell.0
    }
    return cells.joined(separator: "  ").replacing(#/ +$/#, with: "") + "\n"
  }.joined()
}

/// `1,234,567`.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number))
  return digits.enumerated().reduce(into: "") { text, digit in
    if digit.offset > 0 && (digits.count - digit.offset).isMultiple(of: 3) { text += "," }
    text.append(digit.element)
  }
}

/// `17.3 MB`.
func size(_ bytes: Int) -> String {
  let units = ["B", "kB", "MB", "GB", "TB"]
  var (value, unit) = (Double(bytes), 0)
  while value >= 999.5 && unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
  return unit == 0
    ? "\(bytes) B"
    : String(format: value < 9.995 ? "%.2f %@" : value < 99.95 ? "%.1f %@" : "%.0f %@", value, units[unit])
}
