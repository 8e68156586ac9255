import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// T's Tables 1 and 2 on one data set: trackers, ensembles, and SFTrack++ with parts of it left out.
///
/// Phase 1 is trained once for each seed, and its masks kept: what is compared is what follows. Networks are chosen on
/// sequences that are neither trained on nor reported.
struct Study {
  let data: StudyData
  let epochs: Int
  let windows: Int
  /// The names of the variants to train; nil for all.
  let variants: [String]?
  let folder: URL
  let isResumed: Bool
  private(set) var results = StudyResults()

  init(
    _ data: StudyData, epochs: Int, windows: Int, variants: [String]?, folder: URL, isResumed: Bool
  ) {
    (self.data, self.epochs, self.windows, self.variants) = (data, epochs, windows, variants)
    (self.folder, self.isResumed) = (folder, isResumed)
  }

  /// Everything for one seed.
  mutating func run(seed: UInt64) throws {
    let set = try data.windows(seed: seed, length: 3)
    Tensor.randomState = seed
    let network = SFTrack(.small, trackers: set.trackerCount)
    try trainFirstPhase(network, seed: seed)
    func segmented(_ windows: TrackedWindows, _ count: Int, _ title: String) throws -> [StudyWindow] {
      try StudyWindow.segmented(windows, count: count, by: network, "seed \(seed), masks of \(title)")
    }
    let training = try segmented(set.training, windows, "training")
    let selection = try segmented(set.selection, windows / 5, "selection")
    let reported = try segmented(set.reported, .max, "report")
    addInputs(reported, network)
    try addLearnedEnsemble(training, selection, reported, seed: seed)

    let ranking = (0..<set.trackerCount).sorted { first, second in
      Self.overlaps(training) { $0.boxes[first] }.mean > Self.overlaps(training) { $0.boxes[second] }.mean
    }
    for variant in StudyVariant.all(ranking: ranking) where variants?.contains(variant.name) ?? true {
      Tensor.randomState = seed
      let network = variant.makeNetwork(trackers: set.trackerCount)
      try train(network, variant, isThird: false, training, selection, seed)
      let isFull = variant.name == "SFTrack++"
      if isFull { addMaskBoxes(variant, network, reported) }
      try train(network, variant, isThird: true, training, selection, seed)
      add(variant.name, reported) { variant.answers(network, $0, isThird: true) }
    }
  }

  /// The trackers, and the ensembles that learn nothing of them.
  private mutating func addInputs(_ windows: [StudyWindow], _ network: SFTrack) {
    for tracker in windows[0].boxes.indices {
      results.add("tracker \(tracker + 1)", Self.overlaps(windows) { $0.boxes[tracker] })
    }
    results.add(
      "median of the corners", Self.overlaps(windows) { Box.median(of: $0.boxes.compactMap { $0 }) })
    results.add(
      "median of the boxes' pixels",
      Self.overlaps(windows) { window in
        let (height, width) = (window.window.truth.height, window.window.truth.width)
        let boxes = window.boxes.compactMap { $0 }.map { Mask($0, height: height, width: width).tensor() }
        return boxes.isEmpty ? nil : Self.box(Tensor.stack(boxes).median(axis: 0))
      })
    results.add(
      "what they agree on", Self.overlaps(windows) { BoxConsensus($0.boxes.compactMap { $0 })?.box })
    results.add(
      "median of phase 1's masks",
      Self.overlaps(windows) { window in
        let last = window.channels[window.channels.shape[0] - 1]
        return Self.box(last[.ellipsis, ..<window.boxes.count].median(axis: -1, keepingAxes: true))
      })
  }

  /// Phase 2's mask, and the ways to read a box from it that learn nothing.
  private mutating func addMaskBoxes(_ variant: StudyVariant, _ network: SFTrack, _ windows: [StudyWindow]) {
    for extraction in BoxExtraction.allCases {
      add("without phase 3, \(extraction.rawValue) box", windows, extraction) { batch in
        let mask = variant.answers(network, batch, isThird: false).mask
        return (mask, mask)
      }
    }
  }

  /// Adds what networks say, boxes read from the second of their maps.
  private mutating func add(
    _ name: String, _ windows: [StudyWindow], _ extraction: BoxExtraction = .largest,
    _ answers: (StudyBatch) -> (mask: Tensor?, box: Tensor)
  ) {
    var boxes: [Box?] = [], masks: [Double] = []
    for batch in StudyBatch.inOrder(windows) {
      let (mask, box) = answers(batch)
      for (i, window) in batch.windows.enumerated() {
        boxes.append(extraction(BoxExtraction.mask(ofLogits: box[i]))?.boundingBox)
        if let mask, window.window.trueBox != nil {
          masks.append(Mask(mask[i], above: 0).iou(window.window.truth))
        }
      }
    }
    let overlaps = zip(windows, boxes).compactMap { window, box in
      window.window.trueBox.map { box?.iou($0) ?? 0 }
    }
    results.add(name, overlaps, j: masks.isEmpty ? nil : masks.mean)
  }

  private static func box(_ map: Tensor) -> Box? {
    BoxExtraction.largest(BoxExtraction.mask(ofLogits: map))?.boundingBox
  }

  /// The overlap of each window's answer with the truth, where the object is seen.
  private static func overlaps(_ windows: [StudyWindow], _ answer: (StudyWindow) -> Box?) -> [Double] {
    windows.compactMap { window in window.window.trueBox.map { answer(window)?.iou($0) ?? 0 } }
  }
}

/// Trainings.
extension Study {
  private func trainFirstPhase(_ network: SFTrack, seed: UInt64) throws {
    let set = try data.windows(seed: seed, length: 1)
    let task = PhaseTask(phase: .first, network: network, dtype: .float32)
    let loader = set.loader(batch: 8, seed: seed)
    let selection = (0..<40).map { (2 * $0 + 1) * set.selection.count / 80 }
    try train(
      network, network.feat2seg.parameters + network.seg2box.parameters, "seed \(seed), phase 1",
      epochs: 2 * epochs, loader, task.loss
    ) {
      try selection.map { task.loss(TrackedBatch([try set.selection.window($0)])).item }.mean
    }
  }

  private func train(
    _ network: SFTrack, _ variant: StudyVariant, isThird: Bool, _ training: [StudyWindow],
    _ selection: [StudyWindow], _ seed: UInt64
  ) throws {
    if isThird {
      network.refinement.freezeStatistics()
      network.seg2box.freezeStatistics()
    }
    let parameters = network.mixture.parameters + network.refinement.parameters + network.seg2box.parameters
    func loss(_ batch: StudyBatch) -> Tensor {
      variant.loss(variant.answers(network, batch, isThird: isThird), batch)
    }
    let phase = isThird ? 3 : 2
    try train(
      network, parameters, "seed \(seed), \(variant.name), phase \(phase)", epochs: epochs,
      Self.loader(training, seed), loss
    ) {
      StudyBatch.inOrder(selection).map { loss($0).item }.mean
    }
  }

  /// A U-Net of as many parameters as all of SFTrack++, from the frame and the trackers' boxes to the box: all that T's
  /// learned ensemble is said to be.
  private mutating func addLearnedEnsemble(
    _ training: [StudyWindow], _ selection: [StudyWindow], _ reported: [StudyWindow], seed: UInt64
  ) throws {
    let trackers = training[0].boxes.count
    let network = UNet2d(inputs: 3 + trackers, widths: [16, 24, 48, 64, 64])
    func box(_ batch: StudyBatch) -> Tensor {
      let images = batch.joined.images, last = images.shape[1] - 1
      let boxes = batch.windows.map { window in
        Tensor.concatenate(
          window.boxes.map { box in
            (box.map { Mask($0, height: images.shape[2], width: images.shape[3]) }
              ?? Mask(height: images.shape[2], width: images.shape[3])).tensor()
          }, axis: -1)
      }
      return network(.concatenate([images[.all, last], .stack(boxes)], axis: -1))
    }
    func loss(_ batch: StudyBatch) -> Tensor {
      binaryCrossEntropy(logits: box(batch), truth: batch.joined.trueBoxes)
    }
    try train(
      network, network.parameters, "seed \(seed), learned ensemble", epochs: 3 * epochs,
      Self.loader(training, seed), loss
    ) {
      StudyBatch.inOrder(selection).map { loss($0).item }.mean
    }
    add("learned ensemble", reported) { (nil, box($0)) }
  }

  private static func loader(_ windows: [StudyWindow], _ seed: UInt64) -> DataLoader<StudyWindow, StudyBatch>
  {
    DataLoader(count: windows.count, batchSize: 8, seed: seed) { index, _, _ in
      windows[index]
    } collate: {
      StudyBatch($0)
    }
  }

  /// Trains, and ends with the weights of the epoch whose loss on the sequences to choose by was least.
  private func train<Sample, Batch>(
    _ network: some Module, _ parameters: [Parameter], _ name: String, epochs: Int,
    _ loader: DataLoader<Sample, Batch>, _ loss: (Batch) throws -> Tensor, selectionLoss: () throws -> Double
  ) throws {
    let optimizer = AdamW(parameters, learningRate: 0.001, weightDecay: 1e-4)
    let scheduler = ReduceLROnPlateau(optimizer, factor: 0.4, patience: 1, threshold: 0.02, minimum: 1e-5)
    let place = folder.appending(path: "learned/" + name.replacing(/[^A-Za-z0-9+]+/, with: "-"))
    var run = try TrainingRun(
      folder: place, network, optimizer, scheduler, identity: data.identity, best: .minimum("val_loss"),
      progress: .epochs(name))
    let last = place.appending(path: "last.safetensors")
    if isResumed && FileManager.default.fileExists(atPath: last.path) { try run.resume(from: last) }
    try run.train(epochs: epochs, on: loader) {
      try loss($0)
    } validate: { _ in
      ["val_loss": try selectionLoss()]
    }
    try Program.checkInterruption()
    try run.loadBest()
  }
}
