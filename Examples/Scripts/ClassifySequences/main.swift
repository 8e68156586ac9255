// Classifies lines of text, "label<TAB>text", by a recurrent network over their bytes, in batches of unequal lengths.
//     swift run -c release ClassifySequences lines.tsv
// 36 lines of code; 39 in PyTorch: pytorch.py.
import Foundation
import NN
import Tensor

Tensor.randomState = 1
let lines = try String(contentsOf: URL(filePath: CommandLine.arguments[1]), encoding: .utf8)
  .split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 1) }
let names = Set(lines.map { $0[0] }).sorted()
let labels = Tensor(lines.map { names.firstIndex(of: $0[0])! })
let texts = lines.map { Array($0[1].utf8) }

struct Classifier: Module {
  let embedding = Embedding(256, 16)
  let recurrence = LSTM(16, 32, layers: 2, bidirectional: true, dropout: 0.2)
  let head: Linear

  init(classes: Int) { head = Linear(64, classes) }

  func callAsFunction(_ texts: [[UInt8]]) -> Tensor {
    let longest = texts.map(\.count).max()!
    let padded = texts.flatMap { $0.map(Int.init) + Array(repeating: 0, count: longest - $0.count) }
    let bytes = Tensor(padded, shape: [texts.count, longest])
    let (_, states) = recurrence(embedding(bytes), lengths: texts.map(\.count), from: nil)
    return head(.concatenate(states.suffix(2).map(\.hidden), axis: -1))
  }
}

let model = Classifier(classes: names.count)
let optimizer = Adam(model.parameters, learningRate: 1e-2)
for epoch in 1...8 {
  for batch in Tensor(permutation: texts.count).split(size: 16) {
    let chosen = batch.array(of: Int.self).map { texts[$0] }
    var (_, gradients) = valueWithGradient { crossEntropy(logits: model(chosen), labels: labels[batch]) }
    gradients.clip(toNorm: 1)
    optimizer.step(gradients)
  }
  print("epoch \(epoch): accuracy \(accuracy(logits: model(texts), labels: labels))")
}
for (text, label) in zip(lines.prefix(3), model(Array(texts.prefix(3))).argmax().array(of: Int.self)) {
  print("\(text[1]): \(names[label])")
}
