// A classifier of one's own arrays: images.npy, bytes [N, H, W], and labels.npy, whole numbers [N].
//     swift run -c release ClassifyArrays FOLDER
// 26 lines of code; 31 in PyTorch: pytorch.py.
import Foundation
import NN
import Tensor

Tensor.randomState = 1
let folder = URL(filePath: CommandLine.arguments.dropFirst().first ?? ".")
let images = try NumPyFile.read(folder.appending(path: "images.npy")).to(.float32).expandingAxis(-1) / 255
let labels = try NumPyFile.read(folder.appending(path: "labels.npy"))
let classes = Int(labels.max().item) + 1
let order = Tensor(permutation: labels.elementCount)
let (held, kept) = (order[..<(order.elementCount / 5)], order[(order.elementCount / 5)...])

let model = Sequential(
  Conv2d(1, 16, kernel: 3, padding: 1, relu: true), MaxPool2d(2),
  Conv2d(16, 32, kernel: 3, padding: 1, bias: false), BatchNorm(32, relu: true),
  AdaptiveAveragePool2d(), Flatten(), Dropout(0.1), Linear(32, classes))
print(model)
let optimizer = AdamW(model.parameters, learningRate: 3e-3)
for epoch in 1...10 {
  for batch in kept[Tensor(permutation: kept.elementCount)].split(size: 32) {
    let (_, gradients) = valueWithGradient {
      crossEntropy(logits: model(images[batch]), labels: labels[batch])
    }
    optimizer.step(gradients)
  }
  print("epoch \(epoch): accuracy \(accuracy(logits: model(images[held]), labels: labels[held]))")
}
try model.save(to: folder.appending(path: "classifier.safetensors"))
