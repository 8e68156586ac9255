import NN
import Tensor

/// MobileNetV3-Small (Howard et al. 2019) down to stride 16 and 48 channels, as NanoTrack cuts it: images `[N, H, W, 3]`
/// to features `[N, ⌈H/16⌉, ⌈W/16⌉, 48]`.
public struct MobileNetV3: Layer {
  private var features: [any Layer]

  /// Kernel, hidden channels, output channels, squeeze-and-excitation, hard swish, stride.
  private typealias Block = (Int, Int, Int, Bool, Bool, Int)

  private static let blocks: [Block] = [
    (3, 16, 16, true, false, 2), (3, 72, 24, false, false, 2), (3, 88, 24, false, false, 1),
    (5, 96, 40, true, true, 2), (5, 240, 40, true, true, 1), (5, 240, 40, true, true, 1),
    (5, 120, 48, true, true, 1), (5, 144, 48, true, true, 1),
  ]

  /// Initialised as PyTorch does.
  public init() {
    var features: [any Layer] = [
      Sequential(
        Conv2d(3, 16, kernel: 3, stride: 2, padding: 1, bias: false), BatchNorm(16), Lambda { $0.hardSwish() }
      )
    ]
    var channels = 16
    for (kernel, hidden, outputs, excites, swishes, stride) in Self.blocks {
      features.append(
        InvertedResidual(
          channels, hidden, outputs, kernel: kernel, stride: stride, excites: excites, swishes: swishes))
      channels = outputs
    }
    self.features = features
  }

  /// The features of images.
  public func callAsFunction(_ x: Tensor) -> Tensor { features.reduce(x) { $1($0) } }

  /// The network with its norms taken into the convolutions, for evaluation.
  func folded() -> Self {
    var copy = self
    copy.features = features.map {
      ($0 as? InvertedResidual)?.folded() ?? ($0 as? Sequential)?.folded() ?? $0
    }
    return copy
  }
}

/// Widens by a 1×1 convolution where it widens, filters each channel, weighs the channels, narrows; around all that an
/// identity where the shape stays.
private struct InvertedResidual: Layer {
  private(set) var conv: Sequential
  private let isResidual: Bool

  init(
    _ inputs: Int, _ hidden: Int, _ outputs: Int, kernel: Int, stride: Int, excites: Bool, swishes: Bool
  ) {
    let activation: any Layer = swishes ? Lambda { $0.hardSwish() } : Identity()
    let excitation: any Layer = excites ? SqueezeExcitation(hidden) : Identity()
    // A ReLU is the norm's: it never stands behind an excitation.
    func norm() -> BatchNorm { BatchNorm(hidden, relu: !swishes) }
    let widens = inputs != hidden
    require(!widens || !excites || swishes, "InvertedResidual: a ReLU behind an excitation")
    let depthwise: [any Layer] = [
      Conv2d(
        hidden, hidden, kernel: kernel, stride: stride, padding: kernel / 2, groups: hidden, bias: false),
      norm(),
    ]
    let widen: [any Layer] = [
      Conv2d(inputs, hidden, kernel: 1, bias: false), norm(), activation,
    ]
    let narrow: [any Layer] = [Conv2d(hidden, outputs, kernel: 1, bias: false), BatchNorm(outputs)]
    conv = Sequential(
      widens
        ? widen + depthwise + [excitation, activation] + narrow
        : depthwise + [activation, excitation] + narrow)
    isResidual = stride == 1 && inputs == outputs
  }

  func callAsFunction(_ x: Tensor) -> Tensor { isResidual ? x + conv(x) : conv(x) }

  func folded() -> Self {
    var copy = self
    copy.conv = conv.folded()
    return copy
  }
}

/// Channels weighed by what they are on average over the image (Hu et al. 2018).
private struct SqueezeExcitation: Layer {
  let fc: Sequential

  init(_ channels: Int) {
    // A quarter, to a multiple of 8, rounded down by a tenth at most.
    let quarter = channels / 4
    let rounded = max(8, (quarter + 4) / 8 * 8)
    let squeezed = 10 * rounded < 9 * quarter ? rounded + 8 : rounded
    fc = Sequential(
      Linear(channels, squeezed), ReLU(), Linear(squeezed, channels), Lambda { $0.hardSigmoid() })
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    x * fc(x.mean(axis: [1, 2])).reshape(x.shape[0], 1, 1, x.shape[-1])
  }
}
