import Datasets
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// What is trained on and what is held out: pairs from the targets of some data sets.
struct PairData {
  let training: DataLoader<SiamesePair, SiameseBatch>
  let validation: DataLoader<SiamesePair, SiameseBatch>
  /// Where the targets come from, and which sequences are held out.
  let source: String
  let heldOut: [String]
  let description: String

  /// How many pairs a validation takes.
  private static let validationPairs = 192

  init(
    _ places: [String], remember: Bool, heldOut: [String]?, of network: some SiameseNetwork,
    loss: SiameseLoss,
    batch: Int, pairs: Int, distractorShare: Double, seed: UInt64
  ) throws {
    let sets = try places.map { place in
      place == "synthetic"
        ? try TargetSet.synthetic() : try TargetSet(contentsOf: URL(filePath: place), remember: remember)
    }
    let names = heldOut ?? sets.flatMap(\.last)
    let held = try holdOut(names, of: sets.flatMap(\.sequences)) { $0.name }.held
    let kept = sets.map { $0.sequences.filter { !names.contains($0.name) } }
    let sources = try kept.map { try $0.flatMap { try $0.targets() } }.filter { !$0.isEmpty }
    let (targets, heldTargets) = (Array(sources.joined()), try held.flatMap { try $0.targets() })
    guard !targets.isEmpty, !heldTargets.isEmpty else { throw DatasetError.nothingToTrainOn }

    var augmentation = SiameseAugmentation()
    augmentation.distractorShare = distractorShare
    (augmentation.flipShare, augmentation.colorChange) = (0.5, 0.25)
    let (anchors, crops) = (network.anchors, network.crops)
    let samples = SiamesePairs(targets, crops: crops, augmentation: augmentation)
    // Each data set gives as many pairs as any other.
    let weights = sources.flatMap { [Double](repeating: 1 / Double($0.count), count: $0.count) }
    training = DataLoader(
      count: samples.count, batchSize: batch, sampling: .weighted(weights), samplesPerEpoch: pairs,
      dropLast: true, seed: seed
    ) { index, _, generator in
      try samples.pair(index, using: &generator)
    } collate: {
      SiameseBatch($0, anchors: anchors, loss: loss)
    }
    // Every network is judged alike, whatever it is trained with.
    let heldSamples = SiamesePairs(heldTargets, crops: crops)
    validation = DataLoader(
      count: heldSamples.count, batchSize: batch, samplesPerEpoch: min(pairs, Self.validationPairs), seed: 0
    ) { index, _, generator in
      try heldSamples.pair(index, using: &generator)
    } collate: {
      SiameseBatch($0, anchors: anchors, loss: loss)
    }
    source = sets.map(\.source).joined(separator: ",")
    self.heldOut = held.map(\.name)
    description =
      "\(targets.count) targets of \(kept.joined().count) sequences from \(places.joined(separator: ", ")), "
      + "\(heldTargets.count) of \(held.count) held out"
  }
}

/// The sequences of a data set, whose targets are listed when they are asked for.
private struct TargetSet {
  struct Sequence {
    let name: String
    let targets: () throws -> [AnnotatedTarget]
  }

  let source: String
  let sequences: [Sequence]

  /// The sequences to hold out.
  var last: [String] { sequences.suffix(max(1, sequences.count / 16)).map(\.name) }

  static func synthetic() throws -> TargetSet {
    let videos = SyntheticVideos(seed: 2020, sequences: 160).sequences
    return TargetSet(
      source: "synthetic",
      sequences: videos.map { video in
        Sequence(name: video.name) { try AnnotatedTarget.objects(of: [RememberedSequence(video)]) }
      })
  }

  private init(source: String, sequences: [Sequence]) { (self.source, self.sequences) = (source, sequences) }

  /// A folder, with masks or with boxes.
  init(contentsOf folder: URL, remember: Bool) throws {
    source = folder.standardizedFileURL.path
    if let layout = try? MaskLayout(of: folder) {
      let dataset = try layout.open(folder)
      sequences = dataset.names.map { name in
        Sequence(name: name) {
          let sequence = try dataset.sequence(name)
          return try AnnotatedTarget.objects(of: [remember ? RememberedSequence(sequence) : sequence])
        }
      }
    } else {
      let dataset = try BoxLayout(of: folder).open(folder)
      sequences = dataset.names.map { name in
        Sequence(name: name) { [AnnotatedTarget(try dataset.sequence(name))] }
      }
    }
  }
}
