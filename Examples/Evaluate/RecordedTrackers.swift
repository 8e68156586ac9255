import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Vision

/// Trackers that ran before over a data set, to be asked together (`SFTracker`).
struct RecordedTrackers {
  /// The name that stands for the data set's own boxes instead of a folder.
  static let truth = "truth"

  private let sources: [String]
  private let network: SFTrack?
  /// What the files call the left edge of the first column.
  private let origin: Double

  /// Folders of results, `truth` among them or not, and a model of `TrainSFTrack` for as many.
  init(_ sources: [String], model: String?, origin: Double) throws {
    (self.sources, self.origin) = (sources, origin)
    network = try model.map { try SFTrack(contentsOf: URL(filePath: $0), trackers: sources.count) }
  }

  /// What makes the tracker of a sequence, whose true boxes may be asked for.
  func factory(_ sequence: String, truth: @escaping @Sendable () throws -> [Box?]) -> TrackerFactory {
    let (sources, network, origin) = (sources, network, origin)
    return {
      SFTracker(
        try sources.map { source in
          let boxes =
            source == Self.truth ? try truth() : try Self.boxes(of: sequence, in: source, origin: origin)
          // A tracker starts where its target is first seen.
          return RecordedTracker(Array(boxes.drop { $0 == nil }))
        }, network: network)
    }
  }

  /// The boxes of a result file: `SEQUENCE.txt`, or of a video with one object `SEQUENCE-OBJECT.txt`.
  private static func boxes(of sequence: String, in folder: String, origin: Double) throws -> [Box?] {
    let folder = URL(filePath: folder)
    let files = try Folder.list(folder) { file in
      let name = file.lastPathComponent
      return name == "\(sequence).txt"
        || name.hasPrefix("\(sequence)-")
          && name.dropFirst(sequence.count + 1).wholeMatch(of: /\d+\.txt/) != nil
    }
    guard files.count == 1 else {
      throw DatasetError.emptyFolder(path: folder.path, wanted: "one file of \(sequence)'s boxes")
    }
    return try BoxFile(contentsOf: files[0], origin: origin).boxes
  }
}

/// Result files tell of one object; the description is one line.
struct SeveralObjects: Error, CustomStringConvertible {
  let sequence: String
  var description: String { "\(sequence): has several objects, of which --recorded can't tell" }
}
