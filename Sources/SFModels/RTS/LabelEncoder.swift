import NN
import Tensor

/// From a mask `[N, H, W, 1]` in [0, 1] to its encoding E_θ and the weights W_θ of each of its values, both
/// `[N, ⌈H/16⌉, ⌈W/16⌉, D]` (RTS, §3.2; Bhat et al. 2020, §3.4). With strides of 1 it encodes the instance model's scores:
/// H_θ (RTS, §3.4), which has no use for the weights but holds their parameters, as the published network does.
struct LabelEncoder: Module, CustomReflectable {
  private let stem: Sequential
  private let blocks: [ResidualBlock]
  private let label: Sequential
  private let weight: Conv2d

  init(encoding: Int, stride: Int) {
    stem = Sequential(
      Conv2d(1, 16, kernel: 3, stride: stride, padding: 1), ReLU(), MaxPool2d(3, stride: stride, padding: 1))
    blocks = [ResidualBlock(16, 32, stride: stride), ResidualBlock(32, 64, stride: stride)]
    label = Sequential(Conv2d(64, encoding, kernel: 3, padding: 1), ReLU())
    weight = Conv2d(64, encoding, kernel: 3, padding: 1)
    // All that is seen counts alike to begin with.
    weight.weight.update { $0 = Tensor(zerosLike: $0) }
    weight.bias!.update { $0 = Tensor(onesLike: $0) }
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "conv_block": stem, "res1": blocks[0], "res2": blocks[1], "label_pred": label, "samp_w_pred": weight,
      ])
  }

  /// E_θ(y) and W_θ(y).
  func encodings(_ masks: Tensor) -> (labels: Tensor, weights: Tensor) {
    let features = features(masks)
    return (label(features), weight(features))
  }

  /// E_θ(y), or H_θ(s).
  func callAsFunction(_ x: Tensor) -> Tensor { label(features(x)) }

  private func features(_ x: Tensor) -> Tensor { blocks.reduce(stem(x)) { $1($0) } }
}

/// Two convolutions beside one that brings the input to their size (He et al. 2016), without norms.
private struct ResidualBlock: Layer {
  let conv1: Conv2d
  let conv2: Conv2d
  let downsample: Conv2d

  init(_ inputs: Int, _ outputs: Int, stride: Int) {
    conv1 = Conv2d(inputs, outputs, kernel: 3, stride: stride, padding: 1, bias: false, relu: true)
    conv2 = Conv2d(outputs, outputs, kernel: 3, padding: 1, bias: false)
    downsample = Conv2d(inputs, outputs, kernel: 3, stride: stride, padding: 1)
    for conv in [conv1, conv2, downsample] { conv.weight.initialize(.kaimingNormal(fan: .out)) }
  }

  func callAsFunction(_ x: Tensor) -> Tensor { (conv2(conv1(x)) + downsample(x)).relu() }
}
