import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// What is trained on and what is held out: a folder of any layout with masks, or the embedded synthetic videos.
struct TrainingData {
  let training: DataLoader<BoxGuidedSample, BoxGuidedBatch>
  let validation: DataLoader<BoxGuidedSample, BoxGuidedBatch>
  let validationSamples: BoxGuidedSamples
  /// Where the videos come from, and which are held out.
  let source: String
  let heldOut: [String]
  let description: String

  /// The frames' longest side (SFTrack++, §4); the synthetic videos are smaller.
  private static let longestSide = 480
  /// What frames are padded to a multiple of: the small network halves them three times.
  private static let multiple = 8

  /// In the first `coarseEpochs` training sees frames of half the size, which are a quarter of the work: most of what a
  /// convolutional network learns from them serves it in whole ones.
  init(
    folder: URL?, heldOut: [String]?, boxes: URL?, batch: Int, coarseEpochs: Int, seed: UInt64
  ) throws {
    // The synthetic frames are drawn once, not in each epoch.
    let sequences: [any MaskAnnotated] =
      try folder.map { try MaskLayout(of: $0).open($0).sequences }
      ?? SyntheticVideos(seed: 2020, sequences: 86, height: 72, width: 128).sequences
      .map(RememberedSequence.init)
    guard sequences.count > 1 else { throw DatasetError.nothingToTrainOn }
    // The last ones unless told otherwise.
    let names = heldOut ?? sequences.suffix(folder == nil ? 6 : 1).map(\.name)
    let (kept, held) = try holdOut(names, of: sequences) { $0.name }
    guard !kept.isEmpty else { throw DatasetError.nothingToTrainOn }

    // Neighbouring frames of the synthetic videos differ little.
    let (side, step) = folder == nil ? (128, 3) : (Self.longestSide, 1)
    let trackerBoxes = try boxes.map { try TrackerBoxes(contentsOf: $0, for: kept) }
    func trainingSamples(longestSide: Int) throws -> BoxGuidedSamples {
      try BoxGuidedSamples(
        kept, longestSide: longestSide, frameStep: step, multiple: Self.multiple,
        curriculum: BoxCurriculum(growthSteps: 400, faultyShare: 0.5), trackerBoxes: trackerBoxes)
    }
    let (samples, coarseSamples) = try (
      trainingSamples(longestSide: side), trainingSamples(longestSide: side / 2)
    )
    let coarseSteps = coarseEpochs * ((samples.count + batch - 1) / batch)
    let validationSamples = try BoxGuidedSamples(
      held, longestSide: side, frameStep: step, multiple: Self.multiple)
    training = DataLoader(count: samples.count, batchSize: batch, seed: seed) { index, step, generator in
      try (step < coarseSteps ? coarseSamples : samples).augmented(index, step: step, using: &generator)
    } collate: {
      BoxGuidedBatch($0)
    }
    validation = DataLoader(
      count: validationSamples.count, batchSize: batch, sampling: .inOrder, seed: seed
    ) { index, _, _ in
      try validationSamples.plain(index)
    } collate: {
      BoxGuidedBatch($0)
    }
    self.validationSamples = validationSamples
    source = folder.map { Program.absolutePath($0.path) } ?? "the embedded synthetic videos"
    self.heldOut = held.map(\.name)
    description =
      "\(samples.count) samples of \(kept.count) sequences from \(folder?.path ?? source), "
      + "\(validationSamples.count) held out of \(held.map(\.name).joined(separator: ", "))"
  }

  /// The mean loss over the held-out samples, and J: the mean over each object's frames, then over objects.
  func score(_ loss: SegmentationLoss, _ logits: (BoxGuidedBatch) -> Tensor) throws -> Metrics {
    var losses: [Double] = []
    var scores: [String: [Double]] = [:]
    var index = 0
    for batch in validation.batches(epoch: 0) {
      let batch = try batch.get()
      try Program.checkInterruption()
      let logits = logits(batch)
      losses.append(loss(logits: logits, truth: batch.truth).item)
      for (i, sample) in batch.samples.enumerated() {
        let source = validationSamples.source(of: index)
        scores["\(source.sequence)/\(source.object)", default: []].append(
          Mask(logits[i], above: 0).iou(sample.truth))
        index += 1
      }
    }
    // In a fixed order: the last bits of a sum depend on it.
    let ordered = scores.sorted { $0.key < $1.key }
    return ["val_loss": losses.mean, "val_j": ordered.map(\.value.mean).mean]
  }
}
