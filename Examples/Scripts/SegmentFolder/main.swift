// Segmentation of a folder with images/*.jpg and masks/*.png of the same names: a loss of one's own, gradients
// accumulated over two batches and clipped, averaged weights; run again, it goes on where it stopped.
//     swift run -c release SegmentFolder FOLDER EPOCHS
// 46 lines of code; 93 in PyTorch: pytorch.py.
import Datasets
import Foundation
import NN
import SFModels
import Tensor
import Vision

Program.prepare()  // Ctrl-C saves
Tensor.randomState = 1
let folder = URL(filePath: CommandLine.arguments[1])
let epochs = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2])! : 20
let images = try FrameFolder(folder.appending(path: "images"))
let masks = try FrameFolder(folder.appending(path: "masks")).files(for: images)

@Sendable func sample(_ index: Int) throws -> [Tensor] {
  let mask = Mask(try Image(contentsOf: masks[index], as: .grey)).resized(height: 64, width: 64)
  return [try images.image(index).resized(height: 64, width: 64).tensor(), mask.tensor()]
}

/// Cross-entropy, and a Tversky loss that minds what is missed.
func criterion(_ logits: Tensor, _ truth: Tensor) -> Tensor {
  let p = logits.sigmoid(), axes = [1, 2, 3]
  let hit = (p * truth).sum(axis: axes), missed = ((1 - p) * truth).sum(axis: axes)
  let tversky = 1 - (hit + 1) / (hit + 0.7 * missed + 0.3 * (p * (1 - truth)).sum(axis: axes) + 1)
  return binaryCrossEntropy(logits: logits, truth: truth) + tversky.mean()
}

let network = UNet2d(inputs: 3, widths: [8, 16, 32])
let optimizer = AdamW(network.parameters, learningRate: 3e-3)
let held = images.frameCount / 5
let loader = DataLoader(count: images.frameCount - held, batchSize: 4, workers: 2, seed: 1) { index, _, _ in
  try sample(held + index)
} collate: { samples in
  (0...1).map { part in Tensor.stack(samples.map { $0[part] }) }
}
let output = folder.appending(path: "run")
var run = try TrainingRun(
  folder: output, network, optimizer, ScheduledLearningRate(optimizer, .cosine(over: epochs)),
  identity: ["epochs": "\(epochs)"], best: .maximum("val_iou"), averaging: 0.9)
let last = output.appending(path: "last.safetensors")
if FileManager.default.fileExists(atPath: last.path) { try run.resume(from: last) }
try run.train(epochs: epochs, on: loader, accumulating: 2, clippingNorm: 1) { batch in
  criterion(network(batch[0]), batch[1])
} validate: { _ in
  var confusions = ConfusionMatrix(classes: 2)
  for index in 0..<held {
    let parts = try sample(index).map { $0.expandingAxis(0) }
    confusions.add(predictions: network(parts[0]) .> 0, labels: parts[1])
  }
  return ["val_iou": confusions.iou[1]]
}
