import Foundation
import NN

extension SFTrack {
  /// The networks in a file of `TrainSFTrack`, of the size that it says, for so many trackers.
  /// - Throws: what reading the file throws, and loading what doesn't fit.
  public init(contentsOf url: URL, trackers: Int) throws {
    self.init(Self.preset(of: url) ?? .small, trackers: trackers)
    try load(from: url)
  }

  /// The size that a file of weights says its networks have; nil of other models' files.
  public static func preset(of url: URL) -> Preset? {
    (try? SafeTensors(contentsOf: url))?.metadata["preset"].flatMap(Preset.init)
  }
}
