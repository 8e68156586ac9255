import Datasets
import Foundation

extension TrackerName {
  /// The single trackers that can run with the weights of a folder, and where these lie: those that need none, and those
  /// whose weights are there as `TRACKER.safetensors`, `.pth` or `.pt`.
  /// - Throws: a `DatasetError` where there is no such folder.
  public static func runnable(withWeightsIn folder: URL?) throws -> [(name: TrackerName, model: URL?)] {
    if let folder, !Folder.isFolder(folder) { throw DatasetError.missingFolder(path: folder.path) }
    return allCases.filter { $0 != .ensemble }.compactMap { name in
      let files = ["safetensors", "pth", "pt"].compactMap {
        folder?.appending(path: "\(name.rawValue).\($0)")
      }
      let model = files.first { FileManager.default.fileExists(atPath: $0.path) }
      return name.hasWeights == (model != nil) ? (name, model) : nil
    }
  }
}
