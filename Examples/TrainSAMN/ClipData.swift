import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// What is trained on and what is held out: videos of some data sets.
struct ClipData {
  let training: DataLoader<SAMNSamples.Sample, SAMNClips>
  let validation: DataLoader<SAMNSamples.Sample, SAMNClips>
  /// Where the videos come from, and which are held out.
  let source: String
  let heldOut: [String]
  let description: String

  /// Held-out sequences are drawn so often each.
  private static let draws = 4

  init(
    _ places: [String], heldOut names: [String]?, _ network: SAMN, stage: SAMNSamples.Stage,
    boxShare: Double, samples: Int, batch: Int, seed: UInt64
  ) throws {
    let sets = try MaskedDataSets(places, synthetic: SyntheticVideos(seed: 2022, sequences: 86))
    let (kept, held) = try sets.holdingOut(names, orLast: 1 / 16)
    // Each data set gives as much of an epoch as any other.
    let sources = try kept.map {
      try SAMNSamples($0, for: network, stage: stage, boxShare: boxShare)
    }
    // What is validated is the same in both stages: frames of videos, and masks.
    let validationSamples = try SAMNSamples(held, for: network, stage: .videos, boxShare: 0)
    guard sources.allSatisfy({ !$0.targets.isEmpty }), !validationSamples.targets.isEmpty else {
      throw DatasetError.nothingToTrainOn
    }
    training = DataLoader(count: samples, batchSize: batch, workers: 2, seed: seed) { _, _, generator in
      let source = sources[generator.integer(0..<sources.count)]
      return try source.sample(generator.integer(0..<source.targets.count), using: &generator)
    } collate: {
      SAMNClips($0)
    }
    validation = DataLoader(
      count: Self.draws * validationSamples.targets.count, batchSize: batch, sampling: .inOrder, seed: 1
    ) { index, _, generator in
      try validationSamples.sample(index / Self.draws, using: &generator)
    } collate: {
      SAMNClips($0)
    }
    source = sets.identity
    self.heldOut = held.map(\.name)
    description =
      "\(sources.reduce(0) { $0 + $1.targets.count }) targets from \(places.joined(separator: ", ")), "
      + "\(validationSamples.targets.count) held out of \(held.map(\.name).joined(separator: ", "))"
  }

  /// The mean loss over the held-out clips, and the mean J of the masks where the target is seen.
  func score(_ network: SAMN) throws -> Metrics {
    var losses: [Double] = [], overlaps: [Double] = []
    for batch in validation.batches(epoch: 0) {
      let clips = try batch.get()
      try Program.checkInterruption()
      let answers = network.answers(clips)
      losses.append(SAMNLoss(answers, clips).total.item)
      for clip in 0..<answers.shape[0] {
        for (frame, mask) in network.masks(answers[clip]).enumerated() {
          let truth = Mask(clips.masks[clip, frame + 1], above: 0.5)
          if truth.area > 0 { overlaps.append(mask.iou(truth)) }
        }
      }
    }
    return ["val_loss": losses.mean, "val_j": overlaps.mean]
  }
}

extension SAMN {
  /// The target's pixels, from logits `[T, H, W, 2]`.
  func masks(_ logits: Tensor) -> [Mask] {
    (0..<logits.shape[0]).map { Mask(logits[$0, .ellipsis, 1] - logits[$0, .ellipsis, 0], above: 0) }
  }
}
