import NN
import Tensor

// What each level of the segmentation decoder consists of (RTS, §3.4; Bhat et al. 2020, §3.5; Robinson et al. 2020, §3.3).

/// Target segmentation encoding: joins the backbone's features with the encoding of the mask.
struct TargetEncoding: Module {
  private let reduce: Sequential
  private let transform: Sequential

  init(features: Int, encoding: Int, outputs: Int) {
    reduce = Sequential(
      Conv2d(features, outputs, kernel: 1), ReLU(), Conv2d(outputs, outputs, kernel: 1))
    let joined = outputs + encoding
    transform = Sequential(
      Conv2d(joined, joined, kernel: 3, padding: 1), ReLU(), Conv2d(joined, joined, kernel: 3, padding: 1),
      ReLU(), Conv2d(joined, outputs, kernel: 3, padding: 1), ReLU())
  }

  /// From features `[N, H, W, C]` and an encoding, which is resized to theirs, to what both say, and to the features alone,
  /// reduced; both `[N, H, W, O]`.
  func callAsFunction(_ x: Tensor, encoding: Tensor) -> (encoded: Tensor, reduced: Tensor) {
    let reduced = reduce(x)
    let encoding = encoding.resized(like: x)
    return (transform(.concatenate([reduced, encoding], axis: -1)), reduced)
  }
}

/// Residual refinement block.
struct ResidualRefinement: Layer, CustomReflectable {
  private let conv: Conv2d
  private let block: Sequential

  init(_ channels: Int) {
    conv = Conv2d(channels, channels, kernel: 1)
    block = Sequential(
      Conv2d(channels, channels, kernel: 3, padding: 1), BatchNorm(channels), ReLU(),
      Conv2d(channels, channels, kernel: 3, padding: 1, bias: false))
  }

  var customMirror: Mirror { Mirror(self, children: ["conv1x1": conv, "bblock": block]) }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = conv(x)
    return (y + block(y)).relu()
  }
}

/// Channel attention block: what deeper levels say weighs the channels of a shallower one, and is added to them.
struct ChannelAttention: Module, CustomReflectable {
  private let weights: Sequential

  init(_ channels: Int) {
    weights = Sequential(
      Conv2d(2 * channels, channels, kernel: 1), ReLU(), Conv2d(channels, channels, kernel: 1))
  }

  var customMirror: Mirror { Mirror(self, children: ["convreluconv": weights]) }

  /// From `[N, H, W, C]` and what is deeper, of any height and width, to `[N, H, W, C]`.
  func callAsFunction(_ shallow: Tensor, deep: Tensor) -> Tensor {
    let pooled = Tensor.concatenate([shallow, deep].map { $0.globalAveragePool() }, axis: -1)
    return shallow * weights(pooled).sigmoid() + deep.resized(like: shallow)
  }
}

extension Tensor {
  /// These images bilinearly resized to the height and width of others.
  fileprivate func resized(like other: Tensor) -> Tensor {
    let (height, width) = (other.shape[1], other.shape[2])
    return shape[1] == height && shape[2] == width ? self : resized2d(height: height, width: width)
  }
}
