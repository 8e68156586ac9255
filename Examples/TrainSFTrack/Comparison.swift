import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// What trackers and their ensembles are worth on the held-out windows: the average overlap with the true boxes.
struct Comparison {
  /// By name: the overlap in each window in which the object is seen.
  private var overlaps: [(name: String, values: [Double])] = []

  init(of network: SFTrack, on data: WindowData) throws {
    var rows: [String: [Double]] = [:]
    var names: [String] = []
    func add(_ name: String, _ box: Box?, _ truth: Box) {
      if rows[name] == nil { names.append(name) }
      rows[name, default: []].append(box?.iou(truth) ?? 0)
    }
    for batch in data.validation.batches(epoch: 0) {
      let batch = try batch.get()
      try Program.checkInterruption()
      let last = batch.windows[0].images.count - 1
      let output = network(batch.images, boxes: batch.boxes, frame: last, motion: batch.motion)
      for (i, window) in batch.windows.enumerated() {
        guard let truth = window.trueBox else { continue }
        let boxes = window.boxes[last]
        for (tracker, box) in boxes.enumerated() { add("tracker \(tracker + 1)", box, truth) }
        let seen = boxes.compactMap { $0 }
        add("median of the corners", Box.median(of: seen), truth)
        add("consensus", BoxConsensus(seen)?.box, truth)
        let masks = output.channels[i, last]
        add("median of the masks", Self.box(masks.median(axis: -1)), truth)
        add("spectral step", Self.box(output.solution[i, last]), truth)
        add("mask", Self.box(output.mask[i].squeezed(axis: -1)), truth)
        add("box", Self.box(output.box[i].squeezed(axis: -1)), truth)
      }
    }
    overlaps = names.map { ($0, rows[$0]!) }
  }

  /// The box of a map `[H, W]`.
  private static func box(_ map: Tensor) -> Box? {
    BoxExtraction.largest(BoxExtraction.mask(ofLogits: map.expandingAxis(-1)))?.boundingBox
  }

  /// The table.
  var text: String {
    let width = overlaps.map(\.name.count).max()! + 2
    return
      (["average overlap on the held-out videos"]
      + overlaps.map { name, values in
        name + String(repeating: " ", count: width - name.count) + String(format: "%.3f", values.mean)
      }).joined(separator: "\n")
  }
}
