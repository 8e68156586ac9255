import Tensor

/// A convolution with a bias that keeps the size.
private struct Convolution {
  let batch: Int
  let channels: Int
  let outputs: Int
  let size: [Int]
  let kernel: [Int]

  var name: String {
    "conv\(size.count)d.\(channels)→\(outputs)@\(size.map(String.init).joined(separator: "x"))"
  }

  var positions: Int { size.reduce(batch, *) }
  var filterElements: Int { kernel.reduce(channels * outputs, *) }
  var operations: Int { 2 * positions * filterElements }

  /// Input and filter are read, the output is written.
  var forward: Work {
    Work(elements: positions * (channels + outputs) + filterElements, operations: operations)
  }

  /// Back, the output's gradient and again the input and the filter are read, and the gradients of both are written.
  var forwardBackward: Work {
    Work(elements: positions * (3 * channels + 2 * outputs) + 3 * filterElements, operations: 3 * operations)
  }

  func operands() -> [Tensor] {
    [
      Tensor(uniform: Shape([batch] + size + [channels])),
      Tensor(uniform: Shape(kernel + [channels, outputs])), Tensor(uniform: [outputs]),
    ]
  }

  func callAsFunction(_ operands: [Tensor]) -> Tensor {
    let (x, filter, bias) = (operands[0], operands[1], operands[2])
    return size.count == 2
      ? x.conv2d(filter, bias: bias, padding: .same) : x.conv3d(filter, bias: bias, padding: .same)
  }
}

/// Convolutions of images as in the benchmark's U-Net, and of volumes as in the spectral layer.
func convolutionBenchmarks() -> [Benchmark] {
  let images = [
    (4, 16, 256), (16, 16, 256), (32, 32, 128), (64, 64, 64), (128, 128, 32), (256, 256, 16),
  ].map { channels, outputs, side in
    Convolution(batch: 4, channels: channels, outputs: outputs, size: [side, side], kernel: [3, 3])
  }
  let volumes = [
    (8, 8, [8, 64, 64], [3, 3, 3]), (32, 32, [8, 32, 32], [3, 3, 3]), (64, 64, [4, 28, 28], [3, 3, 3]),
    (1, 8, [8, 120, 160], [3, 7, 7]), (8, 1, [8, 120, 160], [3, 7, 7]), (16, 16, [8, 60, 80], [3, 7, 7]),
  ].map { channels, outputs, size, kernel in
    Convolution(batch: 1, channels: channels, outputs: outputs, size: size, kernel: kernel)
  }
  return (images + volumes).flatMap { convolution in
    [
      Benchmark("\(convolution.name).forward", convolution.forward) {
        let operands = convolution.operands()
        return { _ = convolution(operands) }
      },
      Benchmark("\(convolution.name).forward_backward", convolution.forwardBackward) {
        forwardBackward(convolution.operands()) { convolution($0) }
      },
    ]
  }
}
