import Datasets
import Evaluation
import NN
import SFModels
import Tensor
import Vision

/// What a phase learns, and how well.
struct PhaseTask {
  let phase: Phase
  let network: SFTrack
  let dtype: DType

  /// The loss of a batch.
  func loss(_ batch: TrackedBatch) -> Tensor {
    Self.loss(answers(batch), truth: batch.truth, boxes: batch.trueBoxes)
  }

  /// Binary cross-entropy of the masks, which are sparse, with a positive weight of 5 as released, and of the boxes. (The
  /// paper's phase 3 has data without masks, and forgets them.)
  static func loss(_ answers: (mask: Tensor, box: Tensor), truth: Tensor, boxes: Tensor) -> Tensor {
    binaryCrossEntropy(logits: answers.mask, truth: truth, positiveWeight: 5)
      + binaryCrossEntropy(logits: answers.box, truth: boxes)
  }

  /// The mean loss over the held-out windows, J of the masks, and the boxes' average overlap: the means over each
  /// object's windows in which it is seen, then over objects.
  func score(_ data: WindowData) throws -> Metrics {
    var losses: [Double] = []
    var masks: [String: [Double]] = [:], boxes: [String: [Double]] = [:]
    var index = 0
    for batch in data.validation.batches(epoch: 0) {
      let batch = try batch.get()
      try Program.checkInterruption()
      let (mask, box) = answers(batch)
      losses.append(Self.loss((mask, box), truth: batch.truth, boxes: batch.trueBoxes).item)
      for (i, window) in batch.windows.enumerated() {
        let source = data.heldOutWindows.source(of: index)
        let object = "\(source.sequence)/\(source.object)"
        index += 1
        guard let truth = window.trueBox else { continue }
        masks[object, default: []].append(Mask(mask[i], above: 0).iou(window.truth))
        let found = BoxExtraction.largest(BoxExtraction.mask(ofLogits: box[i]))
        boxes[object, default: []].append(found?.boundingBox.iou(truth) ?? 0)
      }
    }
    // In a fixed order: the last bits of a sum depend on it.
    func mean(_ scores: [String: [Double]]) -> Double {
      scores.sorted { $0.key < $1.key }.map(\.value.mean).mean
    }
    return ["val_loss": losses.mean, "val_j": mean(masks), "val_ao": mean(boxes)]
  }

  /// The logits of the masks and of the boxes. Phase 1 sees the first tracker's box alone. Before phase 3 `seg2box` only
  /// watches: no gradient of the boxes reaches what the masks come from.
  private func answers(_ batch: TrackedBatch) -> (mask: Tensor, box: Tensor) {
    let last = batch.windows[0].images.count - 1
    let images = batch.images.to(dtype)
    switch phase {
    case .first:
      let boxes = batch.windows.map { $0.boxes[last][0] }
      let mask = network.feat2seg(images[.all, last], boxes: boxes).to(.float32)
      return (mask, network.seg2box(mask.detached()))
    case .second:
      let mask = network(images, boxes: batch.boxes, frame: last, motion: batch.motion).mask
      return (mask, network.seg2box(mask.detached()))
    case .third:
      let output = network(images, boxes: batch.boxes, frame: last, motion: batch.motion)
      return (output.mask, output.box)
    }
  }

  /// curves.png, and samples.png: frame, trackers' boxes, mask, box; the truth in green.
  func pictures(_ log: TrainingLog, _ data: WindowData) throws -> [String: [UInt8]] {
    guard ImageFormat.png.isBuiltIn else { return [:] }
    let windows = data.heldOutWindows, count = min(6, windows.count)
    let tiles = try (0..<count).flatMap { row in
      let window = try windows.window((2 * row + 1) * windows.count / (2 * count))
      let (mask, box) = answers(TrackedBatch([window]))
      let frame = window.images.last!
      var tracked = frame, answered = frame
      for case let box? in window.boxes.last! { tracked.draw(box, color: .yellow) }
      if let truth = window.trueBox { answered.draw(truth, color: .green) }
      if let region = BoxExtraction.largest(BoxExtraction.mask(ofLogits: box[0])) {
        answered.draw(region.boundingBox, color: .red)
      }
      return [
        frame.overlaid(window.truth, color: .green), tracked,
        frame.overlaid(Mask(mask[0], above: 0), color: .red), answered,
      ]
    }
    let sheet = Image.grid(
      tiles.map { $0.resized(height: 2 * $0.height, width: 2 * $0.width) }, columns: 4)
    return [
      "curves.png": try log.curves(
        "SFTrack++, phase \(phase.rawValue)", losses: "loss", scores: ["J": "val_j", "AO": "val_ao"]
      )
      .encoded(as: .png),
      "samples.png": try sheet.encoded(as: .png),
    ]
  }
}

extension TrackedBatch {
  /// Where the pixels move within the windows.
  var motion: SpectralMotion { SpectralMotion(windows: windows.map(\.images)) }
}
