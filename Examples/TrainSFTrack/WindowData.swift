import Datasets
import Foundation
import NN
import Tensor
import Vision

/// What is trained on and what is held out: a folder of videos, or the embedded synthetic ones, and what trackers say of
/// them.
struct WindowData {
  let training: DataLoader<TrackedWindow, TrackedBatch>
  let validation: DataLoader<TrackedWindow, TrackedBatch>
  /// The held-out windows, in order.
  let heldOutWindows: TrackedWindows
  /// The number of trackers.
  let trackerCount: Int
  /// Where the videos come from, and which are held out.
  let source: String
  let heldOut: [String]
  let description: String

  /// The frames' longest side (SFTrack++, §7); the synthetic videos are smaller.
  private static let longestSide = 480
  /// Of several frames, as many as SFTrack++ takes (released code).
  private static let windowsPerEpoch = 200

  init(folder: URL?, boxes: URL?, heldOut: [String]?, length: Int, batch: Int, seed: UInt64) throws {
    let sequences: [any MaskAnnotated] =
      try folder.map { try MaskLayout(of: $0).open($0).sequences }
      ?? SyntheticVideos(seed: 2020, sequences: 86, height: 72, width: 128).sequences
    let names = heldOut ?? sequences.suffix(folder == nil ? 6 : 1).map(\.name)
    let (kept, held) = try holdOut(names, of: sequences) { $0.name }
    guard !kept.isEmpty else { throw NothingToTrainOn() }

    func trackers(on sequences: [any MaskAnnotated]) throws -> TrackerBoxes {
      if let boxes { return try TrackerBoxes(contentsOf: boxes, for: sequences) }
      return try TrackerBoxes(simulating: Array(SimulatedTracker.all.dropFirst()), on: sequences, seed: seed)
    }
    let (side, step) = folder == nil ? (128, 3) : (Self.longestSide, 1)
    let windows = try TrackedWindows(
      kept, trackerBoxes: trackers(on: kept), length: length, longestSide: side, frameStep: step)
    let heldOutWindows = try TrackedWindows(
      held, trackerBoxes: trackers(on: held), length: length, longestSide: side, frameStep: step)
    guard windows.count > 0, heldOutWindows.count > 0 else { throw NothingToTrainOn() }
    trackerCount = try windows.window(0).boxes[0].count

    // Simulated trackers stand for no real ones: none is to be known by its place. Phase 1 takes any tracker's box.
    let isShuffled = boxes == nil || length == 1
    let curriculum = BoxCurriculum(growthSteps: 400)
    training = DataLoader(
      count: windows.count, batchSize: batch,
      samplesPerEpoch: length == 1 ? nil : min(windows.count, Self.windowsPerEpoch), seed: seed
    ) { index, step, generator in
      var window = try windows.window(index)
      if generator.bool() { window = window.flippedHorizontally() }
      if isShuffled {
        let order = window.boxes[0].indices.shuffled(using: &generator)
        window.boxes = window.boxes.map { boxes in order.map { boxes[$0] } }
      }
      if length == 1, !generator.bool(probability: curriculum.share(at: step)) {
        window.boxes[0][0] = window.trueBox
      }
      return window
    } collate: {
      TrackedBatch($0)
    }
    validation = DataLoader(count: heldOutWindows.count, batchSize: batch, sampling: .inOrder, seed: seed) {
      index, _, _ in
      try heldOutWindows.window(index)
    } collate: {
      TrackedBatch($0)
    }
    self.heldOutWindows = heldOutWindows
    source = folder.map { $0.standardizedFileURL.path } ?? "the embedded synthetic videos"
    self.heldOut = held.map(\.name)
    description =
      "\(windows.count) windows of \(kept.count) sequences from \(folder?.path ?? source), "
      + "\(heldOutWindows.count) held out of \(held.map(\.name).joined(separator: ", "))"
  }
}

/// There is nothing to train on; the description is one line.
struct NothingToTrainOn: Error, CustomStringConvertible {
  let description =
    "nothing is left to train on, or to validate with: at least two sequences with boxes are needed"
}
