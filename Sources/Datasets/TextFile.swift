import Foundation

/// A text file, as somebody's editor left it: in UTF-8, with or without a byte-order mark, in UTF-16 with one, or else in
/// Latin-1; its lines ended by LF, CRLF or CR, perhaps with empty ones behind the last.
package struct TextFile {
  let url: URL
  /// The lines, up to the last that isn't empty.
  package let lines: [Substring]

  /// - Throws: `DatasetError.inaccessible`.
  package init(_ url: URL) throws {
    guard let data = FileManager.default.contents(atPath: url.path) else {
      throw DatasetError.inaccessible(path: url.path, reason: "the file cannot be read")
    }
    self.url = url
    let bytes = data.starts(with: [0xef, 0xbb, 0xbf]) ? data.dropFirst(3) : data
    let isWide = [[0xff, 0xfe], [0xfe, 0xff]].contains { data.starts(with: $0) }
    let text =
      (isWide ? String(data: data, encoding: .utf16) : nil) ?? String(validating: bytes, as: UTF8.self)
      ?? String(decoding: bytes.map { UInt16($0) }, as: UTF16.self)
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    let end = text.utf8.contains(lineFeed) ? lineFeed : carriageReturn
    var lines = text.utf8.split(separator: end, omittingEmptySubsequences: false).map {
      Substring($0.last == carriageReturn ? $0.dropLast() : $0)
    }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    self.lines = lines
  }

  /// The lines that aren't empty, without the spaces around them.
  var names: [String] {
    lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// The numbers of each line, separated by commas, semicolons, tabs or spaces; none of an empty line.
  /// - Throws: `DatasetError.badLine` where a line is not `what`: has other than numbers, or as many as don't fit.
  func rows(_ what: String, fits: (_ count: Int) -> Bool) throws -> [[Double]] {
    try lines.enumerated().map { index, line in
      let words = line.split { $0 == "," || $0 == ";" || $0.isWhitespace }
      let numbers = words.compactMap(Self.number)
      guard words.isEmpty || numbers.count == words.count && fits(words.count) else {
        throw badLine(index, what)
      }
      return numbers
    }
  }

  /// A whole number on each line, a frame's label.
  /// - Throws: `DatasetError.badLine`.
  func labels() throws -> [Int] {
    try rows("a label") { $0 == 1 }.enumerated().map { index, row in
      guard let label = row.first.flatMap({ Int(exactly: $0) }) else { throw badLine(index, "a label") }
      return label
    }
  }

  /// The error for a line that is not `what`.
  func badLine(_ index: Int, _ what: String) -> DatasetError {
    let start = lines[index].prefix(80)
    let quote = start.endIndex < lines[index].endIndex ? start + "…" : start
    return .badLine(path: url.path, line: index + 1, reason: "\"\(quote)\" is not \(what)")
  }

  /// A number; NaN in the spellings of C's libraries too.
  private static func number(_ word: Substring) -> Double? {
    Double(word) ?? (word.lowercased().wholeMatch(of: /[+-]?nan\(.*\)/) != nil ? .nan : nil)
  }
}
