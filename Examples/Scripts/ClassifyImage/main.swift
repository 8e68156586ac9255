// Says what an image shows, and how long the network took: for one image at a time, on as many threads as is best.
//     swift run -c release ClassifyImage resnet18.safetensors image.jpg [THREADS]
// 18 lines of code; 29 in PyTorch: pytorch.py.
import Foundation
import NN
import SFModels
import Tensor
import Vision

let (weights, file) = (URL(filePath: CommandLine.arguments[1]), URL(filePath: CommandLine.arguments[2]))
if CommandLine.arguments.count > 3 { Threads.count = Int(CommandLine.arguments[3])! }
let classes = try TensorFile(contentsOf: weights).entries.first { $0.name == "fc.bias" }!.elementCount
let network = ResNet(.resNet18, classes: classes)
try network.load(from: weights)

let image = try Image(contentsOf: file, as: .rgb).resized(height: 64, width: 64).tensor()
let input = ((image - Tensor([0.485, 0.456, 0.406])) / Tensor([0.229, 0.224, 0.225])).expandingAxis(0)
let (probabilities, labels) = network.logits(input).softmax()[0].topK(min(3, classes!))
for (probability, label) in zip(probabilities.array(), labels.array(of: Int.self)) {
  print("class \(label): \(probability)")
}
let times = (0..<20).map { _ in ContinuousClock().measure { _ = network.logits(input) } }
print("median \(times.sorted()[10]) with \(Threads.count) threads")
