import NN
import Tensor

/// The AlexNet of SiamRPN (Li et al. 2018): five convolutions without padding, images `[N, H, W, 3]` to features of
/// stride 8 that see 87 pixels, `[N, 6, 6, C]` of 127×127. A norm follows each convolution, a ReLU each but the last.
///
/// DaSiamRPN pools before the ReLU, alexandre01's SiamRPN behind it; the largest of what is positive is the same.
public struct AlexNet: Layer, CustomReflectable {
  /// The channels behind each convolution.
  public let widths: [Int]
  private var convolutions: [Conv2d]
  /// None where the convolutions took them in.
  private var norms: [BatchNorm]

  /// Pixels from one place of the features to the next.
  public static let stride = 8

  /// Initialised as PyTorch does. DaSiamRPN's widths are 96, 256, 384, 384, 256, SiamRPN's twice these.
  public init(widths: [Int]) {
    require(widths.count == 5, "AlexNet: widths \(widths) of 5 convolutions")
    self.widths = widths
    let windows = [(11, 2), (5, 1), (3, 1), (3, 1), (3, 1)]
    convolutions = zip([3] + widths, zip(widths, windows)).map { inputs, layer in
      let (outputs, (kernel, stride)) = layer
      return Conv2d(inputs, outputs, kernel: kernel, stride: stride)
    }
    norms = widths.indices.map { BatchNorm(widths[$0], relu: $0 < 4) }
  }

  /// The published names: numbers, those of pooling and ReLU counted.
  public var customMirror: Mirror {
    let layers = zip([0, 4, 8, 11, 14], zip(convolutions, norms))
    return Mirror(
      self, children: layers.flatMap { [Mirror.Child("\($0)", $1.0), Mirror.Child("\($0 + 1)", $1.1)] })
  }

  /// The features of images.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var x = x
    for (index, convolution) in convolutions.enumerated() {
      x = norms.isEmpty ? convolution(x) : norms[index](x, after: convolution)
      if index < 2 { x = x.maxPool2d(3, stride: 2) }
    }
    return x
  }

  /// The network with its norms taken into the convolutions, which then are its own: it answers the same in evaluation.
  func folded() -> Self {
    var copy = self
    copy.convolutions = zip(norms, convolutions).map { $0.folded(into: $1) }
    copy.norms = []
    return copy
  }

  /// Keeps training from changing the first convolutions and their norms, statistics included: SiamRPN's training leaves
  /// the first three as they are.
  public func freeze(first count: Int = 3) {
    for (convolution, norm) in zip(convolutions, norms).prefix(count) {
      convolution.freeze()
      norm.freeze()
      norm.freezeStatistics()
    }
  }
}
