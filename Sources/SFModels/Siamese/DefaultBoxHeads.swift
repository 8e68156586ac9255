import NN
import Tensor

/// SSD's heads (Liu et al. 2016): at every place of several levels of features, 3×3 convolutions that answer for each default
/// box.
struct DefaultBoxHeads: Module {
  let offsets: [Conv2d]
  let logits: [Conv2d]

  init(_ levels: [(channels: Int, boxes: Int)]) {
    offsets = levels.map { Conv2d.answering($0.channels, 4 * $0.boxes, kernel: 3, padding: 1) }
    logits = levels.map { Conv2d.answering($0.channels, 2 * $0.boxes, kernel: 3, padding: 1) }
  }

  func callAsFunction(_ levels: [Tensor]) -> SiamesePrediction {
    func unrolled(_ heads: [Conv2d], _ values: Int) -> Tensor {
      .concatenate(zip(heads, levels).map { $0($1).reshape($1.shape[0], -1, values) }, axis: 1)
    }
    return SiamesePrediction(logits: unrolled(logits, 2), offsets: unrolled(offsets, 4))
  }
}

extension Conv2d {
  /// A convolution whose answers start near 0, as RetinaNet's (Lin et al. 2017).
  static func answering(_ inputs: Int, _ outputs: Int, kernel: Int, padding: Int = 0) -> Conv2d {
    let convolution = Conv2d(inputs, outputs, kernel: kernel, padding: padding)
    convolution.weight.update { $0 = Tensor(normal: $0.shape, standardDeviation: 0.01) }
    convolution.bias?.update { $0 = Tensor(zeros: $0.shape) }
    return convolution
  }
}
