import ArgumentParser
import Datasets
import Foundation

/// The layouts of data sets that `run` takes, by their names in the library.
enum Layout: ExpressibleByArgument {
  case boxes(BoxLayout)
  case masks(MaskLayout)

  /// The layout that a folder looks like.
  init(of root: URL) throws {
    self = try (try? MaskLayout(of: root)).map { .masks($0) } ?? .boxes(BoxLayout(of: root))
  }

  init?(argument: String) {
    let masks = MaskLayout(rawValue: argument).map { Layout.masks($0) }
    guard let layout = masks ?? BoxLayout(rawValue: argument).map({ .boxes($0) }) else { return nil }
    self = layout
  }

  static var allValueStrings: [String] {
    BoxLayout.allCases.map(\.rawValue) + MaskLayout.allCases.map(\.rawValue)
  }
}
