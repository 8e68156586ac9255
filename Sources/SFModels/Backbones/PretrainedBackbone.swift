import Foundation
import NN

extension Module {
  /// Loads a backbone from the file of a whole network, such as torchvision's: what else is in it, a classifier or further
  /// stages, is passed over. Throws a `CheckpointError` where anything is missing or of another shape, and then has
  /// changed nothing.
  public func loadBackbone(from url: URL) throws {
    let names = Set(namedParameters.map(\.path))
    try load(from: url) { names.contains($0) ? $0 : nil }
  }
}
