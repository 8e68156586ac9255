import Datasets
import Evaluation
import Foundation

/// What is difficult about sequences.
struct Attributes {
  /// The attributes, in the order of the file.
  private(set) var names: [String] = []
  private var ofSequence: [String: Set<String>] = [:]

  init() {}

  /// Reads a file of lines `SEQUENCE: ATTRIBUTE, ATTRIBUTE, …`.
  /// - Throws: `DatasetError`.
  init(contentsOf url: URL) throws {
    for (index, line) in try TextFile(url).lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      guard let colon = line.firstIndex(of: ":") else {
        throw DatasetError.badLine(
          path: url.path, line: index + 1, reason: "not a sequence, a colon and its attributes")
      }
      let own = line[line.index(after: colon)...].split(separator: ",").map(Self.trimmed).filter {
        !$0.isEmpty
      }
      ofSequence[Self.trimmed(line[..<colon]), default: []].formUnion(own)
      for name in own where !names.contains(name) { names.append(name) }
    }
  }

  private static func trimmed(_ text: Substring) -> String { text.trimmingCharacters(in: .whitespaces) }

  /// The mean of some sequences' figures for each attribute that one of them has.
  func means(of figures: [String: Double]) -> [String: Double] {
    names.reduce(into: [:]) { means, name in
      let own = figures.filter { ofSequence[$0.key]?.contains(name) == true }.map(\.value)
      if !own.isEmpty { means[name] = own.mean }
    }
  }
}
