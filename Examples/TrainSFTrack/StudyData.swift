import Datasets
import Foundation
import NN
import Tensor
import Vision

/// The videos of a study: to train on, to choose by, and to report on.
struct StudyData {
  private let training: [any MaskAnnotated], selection: [any MaskAnnotated], reported: [any MaskAnnotated]
  private let boxes: URL?
  private let longestSide: Int, frameStep: Int
  let description: String
  /// What makes two studies the same.
  let identity: [String: String]

  /// A folder in one of the layouts with masks, or the embedded videos. `heldOut` names the sequences to report on, the last
  /// ones unless given; half as many before them are to choose by.
  init(folder: URL?, boxes: URL?, heldOut: [String]?) throws {
    let sequences: [any MaskAnnotated] =
      try folder.map { try MaskLayout(of: $0).open($0).sequences }
      ?? SyntheticVideos(seed: 2020, sequences: 92, height: 72, width: 128).sequences
    let names = heldOut ?? sequences.suffix(folder == nil ? 12 : max(1, sequences.count / 4)).map(\.name)
    let (others, reported) = try holdOut(names, of: sequences) { $0.name }
    let count = max(1, reported.count / 2)
    guard others.count > count, !reported.isEmpty else { throw NothingToTrainOn() }
    (training, selection) = (Array(others.dropLast(count)), Array(others.suffix(count)))
    (self.reported, self.boxes) = (reported, boxes)
    (longestSide, frameStep) = folder == nil ? (128, 3) : (480, 1)
    description =
      "\(training.count) sequences to train on, \(count) to choose by, \(reported.count) to report on"
    identity = [
      "data": folder.map { Program.absolutePath($0.path) } ?? "embedded",
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
        var window = try training.window(index)
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
      let trackers =
        try boxes.map { try TrackerBoxes(contentsOf: $0, for: sequences) }
        ?? TrackerBoxes(simulating: Array(SimulatedTracker.all.dropFirst()), on: sequences, seed: seed)
      return try TrackedWindows(
        sequences, trackerBoxes: trackers, length: length, longestSide: longestSide, frameStep: frameStep)
    }
    let training = try windows(training)
    guard training.count > 0 else { throw NothingToTrainOn() }
    return Windows(
      training: training, selection: try windows(selection), reported: try windows(reported),
      trackerCount: try training.window(0).boxes[0].count)
  }
}
