import Datasets
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// What is trained on and what is held out: windows of some data sets, and what trackers say of them.
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

  init(
    _ places: [String], boxes: URL?, heldOut names: [String]?, length: Int, batch: Int, windowsPerEpoch: Int,
    seed: UInt64
  ) throws {
    let sets = try MaskedDataSets(places, synthetic: SyntheticVideos(seed: 2020, sequences: 86))
    let (kept, held) = try sets.holdingOut(names, orLast: 1 / 16)
    let sources = try kept.map { try TrackedWindows($0, boxes: boxes, length: length, seed: seed) }
      .filter { $0.count > 0 }
    let heldOutWindows = try TrackedWindows(held, boxes: boxes, length: length, seed: seed)
    guard let first = sources.first, heldOutWindows.count > 0 else { throw DatasetError.nothingToTrainOn }
    trackerCount = try first.window(0).boxes[0].count

    // Simulated trackers stand for no real ones: none is to be known by its place. Phase 1 takes any tracker's box.
    let isShuffled = boxes == nil || length == 1
    let curriculum = BoxCurriculum(growthSteps: 400)
    // Each data set gives as many windows as any other.
    let choices = sources.enumerated().flatMap { source, windows in (0..<windows.count).map { (source, $0) } }
    let weights = sources.flatMap { [Double](repeating: 1 / Double($0.count), count: $0.count) }
    training = DataLoader(
      count: choices.count, batchSize: batch, sampling: .weighted(weights), samplesPerEpoch: windowsPerEpoch,
      seed: seed
    ) { index, step, generator in
      let (source, place) = choices[index]
      var window = try sources[source].window(place).recoloured(using: &generator)
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
    source = sets.identity
    heldOut = held.map(\.name)
    description =
      "\(choices.count) windows of \(kept.joined().count) sequences from \(places.joined(separator: ", ")), "
      + "\(heldOutWindows.count) held out of \(held.map(\.name).joined(separator: ", "))"
  }
}
