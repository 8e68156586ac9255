import Datasets
import Foundation
import NN
import Tensor
import Vision

/// The videos of a study: to train on, to choose by, and to report on.
struct StudyData {
  private let training: [any MaskAnnotated], selection: [any MaskAnnotated], reported: [any MaskAnnotated]
  private let boxes: URL?
  let description: String
  /// What makes two studies the same.
  let identity: [String: String]

  /// A folder in one of the layouts with masks, or the embedded videos. `heldOut` names the sequences to report on, the last
  /// eighth unless given; half as many before them are to choose by.
  init(_ place: String, boxes: URL?, heldOut: [String]?) throws {
    let sets = try MaskedDataSets([place], synthetic: SyntheticVideos(seed: 2020, sequences: 92))
    let (kept, reported) = try sets.holdingOut(heldOut, orLast: 1 / 8)
    let others = kept[0]
    let count = max(1, reported.count / 2)
    guard others.count > count else { throw DatasetError.nothingToTrainOn }
    (training, selection) = (Array(others.dropLast(count)), Array(others.suffix(count)))
    (self.reported, self.boxes) = (reported, boxes)
    description =
      "\(training.count) sequences to train on, \(count) to choose by, \(reported.count) to report on"
    identity = [
      "data": sets.identity,
      "boxes": boxes.map { Program.absolutePath($0.path) } ?? "simulated",
      "validate": reported.map(\.name).joined(separator: ","),
    ]
  }

  /// Their windows, with the boxes of trackers.
  struct Windows {
    let training: TrackedWindows, selection: TrackedWindows, reported: TrackedWindows
    let trackerCount: Int

    /// Single frames, each with the box of a tracker by chance, for phase 1.
    func loader(batch: Int, seed: UInt64) -> DataLoader<TrackedWindow, TrackedBatch> {
      DataLoader(count: training.count, batchSize: batch, seed: seed) { [training] index, _, generator in
        var window = try training.window(index).recoloured(using: &generator)
        if generator.bool() { window = window.flippedHorizontally() }
        window.boxes = window.boxes.map { $0.shuffled(using: &generator) }
        return window
      } collate: {
        TrackedBatch($0)
      }
    }
  }

  /// The windows of so many frames; simulated trackers are drawn from the seed.
  func windows(seed: UInt64, length: Int) throws -> Windows {
    func windows(_ sequences: [any MaskAnnotated]) throws -> TrackedWindows {
      let windows = try TrackedWindows(sequences, boxes: boxes, length: length, seed: seed)
      guard windows.count > 0 else { throw DatasetError.nothingToTrainOn }
      return windows
    }
    let training = try windows(training)
    return Windows(
      training: training, selection: try windows(selection), reported: try windows(reported),
      trackerCount: try training.window(0).boxes[0].count)
  }
}
