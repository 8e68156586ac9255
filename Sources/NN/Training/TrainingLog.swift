import Foundation
import Tensor

/// A table of numbers, one row an epoch, kept as a CSV file that is whole at every moment.
public struct TrainingLog: Sendable {
  /// The names of the columns.
  public private(set) var columns: [String]
  /// The rows so far.
  public private(set) var rows: [[Double]] = []

  /// An empty table.
  public init(columns: [String] = []) { self.columns = columns }

  /// A table as it was written; an error where the file is none.
  public init(contentsOf url: URL) throws {
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw TrainingLogError(description: "\(url.path): the file can't be read as text")
    }
    let lines = text.split(separator: "\n")
    let columns = (lines.first ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    self.columns = columns
    rows = try lines.dropFirst().enumerated().map { index, line in
      let values = line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      guard values.count == columns.count, values.allSatisfy({ $0 != nil }) else {
        throw TrainingLogError(description: "\(url.path): line \(index + 2) is not \(columns.count) numbers")
      }
      return values.map { $0! }
    }
  }

  /// Adds a row.
  public mutating func append(_ row: [Double]) {
    require(row.count == columns.count, "a row of \(row.count) numbers for \(columns.count) columns")
    rows.append(row)
  }

  /// Adds a row by the columns' names. A name that is new becomes a column; what is missing is NaN.
  public mutating func append(_ row: Metrics) {
    for name in row.names where !columns.contains(name) {
      columns.append(name)
      for index in rows.indices { rows[index].append(.nan) }
    }
    rows.append(columns.map { row[$0] ?? .nan })
  }

  /// Keeps the first rows only.
  public mutating func truncate(to count: Int) { rows = Array(rows.prefix(count)) }

  /// The values of a column, row by row.
  public func values(of column: String) -> [Double] {
    guard let index = columns.firstIndex(of: column) else {
      fatalError("no column '\(column)' among \(columns)")
    }
    return rows.map { $0[index] }
  }

  /// Writes the whole table, to a temporary name first.
  public func write(to url: URL) throws {
    let lines = [columns.joined(separator: ",")] + rows.map { $0.map(Self.text).joined(separator: ",") }
    do throws(WholeFile.Failure) {
      try WholeFile.write(lines.joined(separator: "\n") + "\n", to: url, isDurable: true)
    } catch {
      throw TrainingLogError(description: "\(url.path): the file can't be written: \(error.reason)")
    }
  }

  private static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(format: "%.6g", value)
  }
}

/// A log file that can't be read as one; the description is one line.
public struct TrainingLogError: Error, CustomStringConvertible, Sendable {
  /// What is wrong.
  public let description: String
}
