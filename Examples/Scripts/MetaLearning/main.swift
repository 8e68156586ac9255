// Model-agnostic meta-learning (Finn et al. 2017): weights from which one step learns a sine from ten points.
//     swift run -c release MetaLearning
// 33 lines of code; 34 in PyTorch: pytorch.py.
import NN
import Tensor

Tensor.randomState = 1
let start = [(1, 32), (32, 32), (32, 1)].flatMap { inputs, outputs in
  let deviation = (2 / Double(inputs)).squareRoot()
  return [Tensor(normal: [inputs, outputs], standardDeviation: deviation), Tensor(zeros: [outputs])]
}.map { Parameter($0) }

func predict(_ x: Tensor, _ weights: [Tensor]) -> Tensor {
  stride(from: 0, to: weights.count, by: 2).reduce(x) { x, layer in
    let y = x.matmul(weights[layer]) + weights[layer + 1]
    return layer + 2 < weights.count ? y.tanh() : y
  }
}

/// The loss on ten points of a sine, after one step on ten others.
func adaptedLoss(_ weights: [Tensor]) -> Tensor {
  let x = Tensor(uniform: [20, 1], in: -3..<3)
  let y = (x + Tensor(uniform: [], in: 0..<3)).sin() * Tensor(uniform: [], in: 1..<3)
  let slopes = gradient(at: weights) { meanSquaredError(predict(x[..<10], $0), truth: y[..<10]) }
  let adapted = zip(weights, slopes).map { $0 - 0.05 * $1 }
  return meanSquaredError(predict(x[10...], adapted), truth: y[10...])
}

let optimizer = Adam(start, learningRate: 3e-3)
var recent = 0.0
for step in 1...600 {
  let (loss, gradients) = valueWithGradient {
    (0..<4).reduce(Tensor(0)) { sum, _ in sum + adaptedLoss(start.map(\.value)) } / 4
  }
  optimizer.step(gradients)
  recent += loss.item / 100
  if step % 100 == 0 {
    print("step \(step): loss \(recent)")
    recent = 0
  }
}
