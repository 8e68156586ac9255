import Foundation

extension TrackerName {
  /// The single trackers that can run with the weights of a folder, and where these lie: those that need none, and those
  /// whose weights are there as `TRACKER.safetensors`, `.pth` or `.pt`.
  public static func runnable(withWeightsIn folder: URL?) -> [(name: TrackerName, model: URL?)] {
    allCases.filter { $0 != .ensemble }.compactMap { name in
      let files = ["safetensors", "pth", "pt"].compactMap {
        folder?.appending(path: "\(name.rawValue).\($0)")
      }
      let model = files.first { FileManager.default.fileExists(atPath: $0.path) }
      return name.hasWeights == (model != nil) ? (name, model) : nil
    }
  }
}
