// Fine-tunes a ResNet-18 of PyTorch's on images in a folder for each class; the file may have another number of classes.
//     swift run -c release FineTuneResNet resnet18.pth IMAGES
// 39 lines of code; 45 in PyTorch: pytorch.py.
import Datasets
import Foundation
import NN
import SFModels
import Tensor
import Vision

Program.prepare()
Tensor.randomState = 1
let (weights, folder) = (URL(filePath: CommandLine.arguments[1]), URL(filePath: CommandLine.arguments[2]))
let classes = try FrameFolder.videos(in: folder)
let samples = classes.enumerated().flatMap { label, images in images.files.map { (file: $0, label: label) } }
let (mean, deviation) = (Tensor([0.485, 0.456, 0.406]), Tensor([0.229, 0.224, 0.225]))

let network = ResNet(.resNet18, classes: classes.count)
let state = try network.load(from: weights, strict: false)
print("new: \((state.missing + state.misshapen).joined(separator: ", "))")
network.freezeStatistics()
network.stages[0].freeze()

let loader = DataLoader(count: samples.count, batchSize: 8, workers: 2, seed: 1) { index, _, generator in
  var image = try Image(contentsOf: samples[index].file, as: .rgb).resized(height: 64, width: 64)
  if Bool.random(using: &generator) { image = image.flippedHorizontally() }
  return ((image.tensor() - mean) / deviation, samples[index].label)
} collate: {
  (images: Tensor.stack($0.map(\.0)), labels: Tensor($0.map(\.1)))
}
let optimizer = SGD(network.parameters, learningRate: 0.01, momentum: 0.9)
for epoch in 0..<3 {
  var confusions = ConfusionMatrix(classes: classes.count)
  for batch in loader.batches(epoch: epoch) {
    let batch = try batch.get()
    let (_, logits, gradients) = valueWithGradient {
      let logits = network.logits(batch.images)
      return (crossEntropy(logits: logits, labels: batch.labels), logits)
    }
    optimizer.step(gradients)
    confusions.add(predictions: logits.argmax(), labels: batch.labels)
  }
  print("epoch \(epoch + 1): accuracy \(confusions.accuracy), recall \(confusions.recall)")
}
try network.save(to: folder.appending(path: "resnet18.safetensors"))
