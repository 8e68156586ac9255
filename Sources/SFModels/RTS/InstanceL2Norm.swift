import NN
import Tensor

/// Scales the features of each image `[N, H, W, C]` to one length: x·s·√(CHW / (Σx² + 10⁻⁵)). So what a filter learns depends
/// on no image's contrast.
struct InstanceL2Norm: Layer {
  let scale: Double

  /// The scale s = 1/√(C·k²), with which the scores of a k×k filter are near 1.
  init(channels: Int, filterSize: Int) {
    scale = 1 / Double(channels * filterSize * filterSize).squareRoot()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let count = Double(x.shape.dropFirst().reduce(1, *))
    return x * ((x.squared().sum(axis: [1, 2, 3], keepingAxes: true) + 1e-5) / count).rsqrt() * scale
  }
}
