import Datasets
import Foundation
import NN
import SFModels
import Tensor

/// What is trained on and what is held out: a DAVIS folder, or the embedded synthetic videos.
struct TrainingData {
  let training: DataLoader<BoxGuidedSample, BoxGuidedBatch>
  let validation: DataLoader<BoxGuidedSample, BoxGuidedBatch>
  let validationSamples: BoxGuidedSamples
  let description: String

  /// The frames' longest side (SFTrack++, §4); the synthetic videos are smaller.
  private static let longestSide = 480

  init(folder: URL?, heldOut: [String]?, boxes: URL?, batch: Int, seed: UInt64) throws {
    let sequences: [any VideoSequence] =
      try folder.map { try DAVISDataset(root: $0).sequences }
      ?? SyntheticVideos(seed: 2020, sequences: 86, height: 72, width: 128).sequences
    let names = Set(try heldOut ?? Self.defaultHeldOut(sequences, isSynthetic: folder == nil))
    for name in names where !sequences.contains(where: { $0.name == name }) {
      throw DataError.unknownSequence(name, known: sequences.map(\.name))
    }
    let kept = sequences.filter { !names.contains($0.name) }
    let held = sequences.filter { names.contains($0.name) }
    guard !kept.isEmpty else { throw DataError.nothingToTrainOn }

    // Neighbouring frames of the synthetic videos differ little.
    let (side, step) = folder == nil ? (128, 3) : (Self.longestSide, 1)
    let trackerBoxes = try boxes.map { try TrackerBoxes(contentsOf: $0, for: kept) }
    let samples = BoxGuidedSamples(
      kept, longestSide: side, frameStep: step, curriculum: BoxCurriculum(growthSteps: 400, faultyShare: 0.5),
      trackerBoxes: trackerBoxes)
    let validationSamples = BoxGuidedSamples(held, longestSide: side, frameStep: step)
    training = DataLoader(count: samples.count, batchSize: batch, seed: seed) { index, step, generator in
      try samples.augmented(index, step: step, using: &generator)
    } collate: {
      BoxGuidedBatch($0)
    }
    validation = DataLoader(
      count: validationSamples.count, batchSize: batch, isShuffled: false, seed: seed
    ) { index, _, _ in
      try validationSamples.plain(index)
    } collate: {
      BoxGuidedBatch($0)
    }
    self.validationSamples = validationSamples
    let source = folder?.path ?? "the embedded synthetic videos"
    description =
      "\(samples.count) samples of \(kept.count) sequences from \(source), "
      + "\(validationSamples.count) held out of \(held.map(\.name).joined(separator: ", "))"
  }

  private static func defaultHeldOut(
    _ sequences: [any VideoSequence], isSynthetic: Bool
  ) throws -> [String] {
    guard sequences.count > 1 else { throw DataError.nothingToTrainOn }
    return sequences.suffix(isSynthetic ? 6 : 1).map(\.name)
  }
}

/// Why there is nothing to train on, in one line.
enum DataError: Error, CustomStringConvertible {
  case unknownSequence(String, known: [String])
  case nothingToTrainOn

  var description: String {
    switch self {
    case .unknownSequence(let name, let known):
      "--validate: no sequence '\(name)'; there are \(known.joined(separator: ", "))"
    case .nothingToTrainOn:
      "no sequence is left to train on: one is held out, so at least two are needed"
    }
  }
}
