import Datasets
import Foundation
import NN
import Tensor
import Vision

/// Trains on a folder that has a folder of pictures for each class.
func train(on pictures: URL, into folder: URL) throws {
  let classes = try FrameFolder.videos(in: pictures)
  var samples = classes.enumerated().flatMap { label, images in images.files.map { (file: $0, label: label) }
  }
  var order = SeededGenerator(seed: 1)
  samples.shuffle(using: &order)
  let (held, kept) = (samples.prefix(samples.count / 5), Array(samples.dropFirst(samples.count / 5)))

  Tensor.randomState = 1
  let network = Network(classes: classes.count)
  let optimizer = AdamW(network.parameters, learningRate: 3e-3)
  print(network)

  let loader = DataLoader(count: kept.count, batchSize: 16, workers: 2, seed: 1) { index, _, generator in
    var image = try Image(contentsOf: kept[index].file, as: .rgb)
    if Bool.random(using: &generator) { image = image.flippedHorizontally() }
    return (input(image), kept[index].label)
  } collate: { batch in
    (images: Tensor.stack(batch.map(\.0)), labels: Tensor(batch.map(\.1)))
  }
  let images = Tensor.stack(try held.map { input(try Image(contentsOf: $0.file, as: .rgb)) })
  let labels = Tensor(held.map(\.label))

  var run = try TrainingRun(
    folder: folder, network, optimizer, ScheduledLearningRate(optimizer, .cosine(over: 15)),
    best: .maximum("val_accuracy"), metadata: ["classes": classes.map(\.name).joined(separator: ",")])
  let last = folder.appending(path: "last.safetensors")
  if FileManager.default.fileExists(atPath: last.path) { try run.resume(from: last) }
  try run.train(epochs: 15, on: loader) { batch in
    crossEntropy(logits: network(batch.images), labels: batch.labels)
  } validate: { _ in
    ["val_accuracy": accuracy(logits: network(images), labels: labels)]
  }
}
