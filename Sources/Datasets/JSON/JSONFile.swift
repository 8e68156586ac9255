import Foundation

/// A JSON file that stays on disk: what is asked for is read, the rest is skipped. COCO's files are of hundreds of
/// megabytes, of which a training wants a few polygons at a time.
struct JSONFile: Sendable {
  let url: URL
  private let data: Data

  /// - Throws: `DatasetError.inaccessible`.
  init(_ url: URL) throws {
    do {
      data = try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw DatasetError.inaccessible(path: url.path, reason: "the file cannot be read")
    }
    self.url = url
  }

  /// Reads the value that the whole file is, or one that stands at some bytes of it.
  func read<Value>(_ range: Range<Int>? = nil, _ body: (inout JSONCursor) throws -> Value) throws -> Value {
    let start = range?.lowerBound ?? 0
    var cursor = JSONCursor([UInt8](range.map { data[$0] } ?? data))
    do {
      return try body(&cursor)
    } catch let error as JSONCursor.Failure {
      let line = 1 + data[..<(start + error.position)].count { $0 == UInt8(ascii: "\n") }
      throw DatasetError.badLine(
        path: url.path, line: line, reason: "byte \(start + error.position): \(error.reason)")
    }
  }
}
