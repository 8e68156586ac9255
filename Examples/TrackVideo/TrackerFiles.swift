import Datasets
import Foundation
import NN
import SFModels
import Vision

/// The result files of several trackers on one video.
struct TrackerFiles {
  private let files: [(url: URL, boxes: [Box?])]

  /// Reads the files, and says which ones are shorter than others.
  init(_ urls: [URL]) throws {
    files = try urls.map { ($0, try BoxFile(contentsOf: $0).boxes) }
    let length = files.map(\.boxes.count).max() ?? 0
    for file in files where file.boxes.count < length {
      Program.warn("\(file.url.path): \(file.boxes.count) boxes beside \(length): then it counts as lost")
    }
  }

  /// Trackers that say what the files do.
  var trackers: [any Tracker] { files.map { RecordedTracker($0.boxes) } }

  /// Where the trackers start.
  func firstBox() throws -> Box {
    guard let consensus = BoxConsensus(files.compactMap { $0.boxes.first ?? nil }) else {
      throw DatasetError.emptyFolder(
        path: files.map(\.url.path).joined(separator: ", "), wanted: "box in the first line")
    }
    return consensus.box
  }
}
