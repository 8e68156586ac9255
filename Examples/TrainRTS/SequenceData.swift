import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// What is trained on and what is held out: videos of some data sets.
struct SequenceData {
  let training: DataLoader<RTSSamples.Sample, RTSSequences>
  let validation: DataLoader<RTSSamples.Sample, RTSSequences>
  /// Where the videos come from, and which are held out.
  let source: String
  let heldOut: [String]
  let description: String

  /// Held-out sequences are drawn so often each, every other time from their box.
  private static let draws = 4

  init(
    _ places: [String], heldOut names: [String]?, _ network: RTS, samples: Int, batch: Int, seed: UInt64
  ) throws {
    let sets = try MaskedDataSets(places, synthetic: SyntheticVideos(seed: 2022, sequences: 86))
    let (kept, held) = try sets.holdingOut(names, orLast: 1 / 16)
    // Each data set gives as much of an epoch as any other.
    let sources = try kept.map { try RTSSamples($0, for: network) }
    let validationSamples = try RTSSamples(held, for: network)
    guard sources.allSatisfy({ !$0.targets.isEmpty }), !validationSamples.targets.isEmpty else {
      throw DatasetError.nothingToTrainOn
    }
    training = DataLoader(count: samples, batchSize: batch, workers: 2, seed: seed) { _, _, generator in
      let source = sources[generator.integer(0..<sources.count)]
      return try source.crossedSample(generator.integer(0..<source.targets.count), using: &generator)
    } collate: {
      RTSSequences($0, for: network)
    }
    validation = DataLoader(
      count: Self.draws * validationSamples.targets.count, batchSize: batch, sampling: .inOrder, seed: 1
    ) { index, _, generator in
      try validationSamples.sample(index / Self.draws, fromBox: index % 2 == 1, using: &generator)
    } collate: {
      RTSSequences($0, for: network)
    }
    source = sets.identity
    self.heldOut = held.map(\.name)
    description =
      "\(sources.reduce(0) { $0 + $1.targets.count }) targets from \(places.joined(separator: ", ")), "
      + "\(validationSamples.targets.count) held out of \(held.map(\.name).joined(separator: ", "))"
  }

  /// The mean loss over the held-out sequences, and the mean J of the masks where the target is seen: of all, and of those
  /// that start on a box.
  func score(_ network: RTS) throws -> Metrics {
    var losses: [Double] = [], overlaps: [Double] = [], ofBoxes: [Double] = []
    for batch in validation.batches(epoch: 0) {
      let sequences = try batch.get()
      try Program.checkInterruption()
      let answers = network.answers(sequences)
      losses.append(RTSLoss(answers, sequences).total.item)
      for (sequence, logits, truth) in masks(answers, sequences) where truth.area > 0 {
        let overlap = Mask(logits, above: 0).iou(truth)
        overlaps.append(overlap)
        if sequences.startsOnBox[sequence] { ofBoxes.append(overlap) }
      }
    }
    return ["val_loss": losses.mean, "val_j": overlaps.mean, "val_box_j": ofBoxes.mean]
  }

  /// The logits and the true mask of each frame after the first.
  private func masks(_ answers: RTS.Answers, _ sequences: RTSSequences) -> [(
    sequence: Int, logits: Tensor, truth: Mask
  )] {
    let size = answers.masks.shape
    return (0..<size[0]).flatMap { sequence in
      (0..<size[1]).map { frame in
        (sequence, answers.masks[sequence, frame], Mask(sequences.masks[sequence, frame + 1], above: 0.5))
      }
    }
  }
}
