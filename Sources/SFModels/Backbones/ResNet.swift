import NN
import Tensor

/// A residual network (He et al. 2016) of images `[N, H, W, 3]`, under torchvision's names and in its layouts, so that
/// its state dicts load. torchvision's networks want RGB in 0…1, from which (.485, .456, .406) are subtracted and which
/// (.229, .224, .225) then divide.
///
/// As a backbone it is `freeze()`d, or its norms alone are kept by `freezeStatistics()`; both also for a part of it, such
/// as `stages[0]`.
public struct ResNet: Module, CustomReflectable {
  /// The number of layers.
  public enum Depth: Int, Sendable, CaseIterable {
    /// The depth of that name.
    case resNet18 = 18, resNet34 = 34, resNet50 = 50, resNet101 = 101

    var blocks: [Int] {
      switch self {
      case .resNet18: [2, 2, 2, 2]
      case .resNet34, .resNet50: [3, 4, 6, 3]
      case .resNet101: [3, 4, 23, 3]
      }
    }

    var hasBottlenecks: Bool { rawValue >= 50 }
  }

  /// Where a bottleneck steps over positions, and how the later stages see far.
  public enum Style: Sendable {
    /// The stride is in the 3×3 convolution.
    case torchvision
    /// The stride is in the first 1×1 convolution, as in the original and in Mask R-CNN's backbones.
    case caffe
    /// No padding at a stride, and stages 3 and 4 dilated by 2 and 4 instead of stepping: the backbone of SiamRPN++
    /// (Li et al. 2019), all of whose stages from the second on have a stride of 8. Bottlenecks only.
    case siamRPN
  }

  /// The convolution that images meet first, and its norm.
  let conv1: Conv2d, bn1: BatchNorm
  /// The blocks of each stage.
  public let stages: [Sequential]
  /// The classifier.
  let fc: Linear?
  /// The channels of each stage's output.
  public let channels: [Int]

  /// Initialised as torchvision does.
  /// - Parameters:
  ///   - depth: the number of layers.
  ///   - style: where the strides are.
  ///   - stages: how many of the four stages there are.
  ///   - width: the channels inside the first stage's blocks.
  ///   - classes: the outputs of a classifier; none unless given.
  public init(
    _ depth: Depth, style: Style = .torchvision, stages: Int = 4, width: Int = 64, classes: Int? = nil
  ) {
    require((1...4).contains(stages), "ResNet: \(stages) stages")
    require(style != .siamRPN || depth.hasBottlenecks, "ResNet: \(depth) in SiamRPN++'s style")
    conv1 = Conv2d(3, width, kernel: 7, stride: 2, padding: style == .siamRPN ? 0 : 3, bias: false)
    bn1 = BatchNorm(width, relu: true)
    var (inputs, channels) = (width, [Int]())
    self.stages = (0..<stages).map { stage in
      let inner = width << stage
      let steps = stage > 0 && !(style == .siamRPN && stage > 1)
      let dilation = style == .siamRPN ? max(1, 1 << (stage - 1)) : 1
      let blocks = (0..<depth.blocks[stage]).map { index -> any Layer in
        let stride = steps && index == 0 ? 2 : 1
        defer { inputs = depth.hasBottlenecks ? 4 * inner : inner }
        return depth.hasBottlenecks
          ? Bottleneck(inputs, inner, stride: stride, dilation: dilation, style)
          : BasicBlock(inputs, inner, stride: stride)
      }
      channels.append(inputs)
      return Sequential(blocks)
    }
    self.channels = channels
    fc = classes.map { Linear(inputs, $0) }
    for (_, parameter) in namedParameters where parameter.layout == .filter {
      parameter.initialize(.kaimingNormal(fan: .out))
    }
  }

  /// torchvision's names.
  public var customMirror: Mirror {
    let first: [Mirror.Child] = [("conv1", conv1), ("bn1", bn1)]
    let rest = stages.enumerated().map { Mirror.Child("layer\($0 + 1)", $1) }
    return Mirror(self, children: first + rest + [("fc", fc as Any)])
  }

  /// The outputs of the stages, the first of which has a stride of 4, each further one twice its predecessor's.
  public func callAsFunction(_ images: Tensor) -> [Tensor] { outputs(of: bn1(images, after: conv1)) }

  /// The outputs of the stages, from what the first convolution and its norm made of images.
  func outputs(of x: Tensor) -> [Tensor] {
    var x = x.maxPool2d(3, stride: 2, padding: 1)
    return stages.map { stage in
      x = stage(x)
      return x
    }
  }

  /// The logits of the classes `[N, classes]`.
  public func logits(_ images: Tensor) -> Tensor {
    guard let fc else { fatalError("ResNet: logits of a network without a classifier") }
    return fc(self(images)[stages.count - 1].mean(axis: [1, 2]))
  }
}

/// Two 3×3 convolutions around which the input is carried.
private struct BasicBlock: Layer {
  let conv1: Conv2d, bn1: BatchNorm
  let conv2: Conv2d, bn2: BatchNorm
  let downsample: Sequential?

  init(_ inputs: Int, _ outputs: Int, stride: Int) {
    conv1 = Conv2d(inputs, outputs, kernel: 3, stride: stride, padding: 1, bias: false)
    bn1 = BatchNorm(outputs, relu: true)
    conv2 = Conv2d(outputs, outputs, kernel: 3, padding: 1, bias: false)
    bn2 = BatchNorm(outputs)
    downsample =
      stride == 1 && inputs == outputs
      ? nil
      : Sequential(Conv2d(inputs, outputs, kernel: 1, stride: stride, bias: false), BatchNorm(outputs))
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = bn2(bn1(x, after: conv1), after: conv2)
    return (y + (downsample?(x) ?? x)).relu()
  }
}

/// 1×1 to a quarter of the channels, 3×3, and 1×1 back, around which the input is carried.
private struct Bottleneck: Layer {
  let conv1: Conv2d, bn1: BatchNorm
  let conv2: Conv2d, bn2: BatchNorm
  let conv3: Conv2d, bn3: BatchNorm
  let downsample: Sequential?

  init(_ inputs: Int, _ inner: Int, stride: Int, dilation: Int, _ style: ResNet.Style) {
    let outputs = 4 * inner
    let isFirst = stride > 1 || inputs != outputs
    // The first block of a dilated stage sees half as far as the others.
    let dilation = isFirst ? max(1, dilation / 2) : dilation
    let padding = style == .siamRPN && stride > 1 ? 0 : dilation
    conv1 = Conv2d(inputs, inner, kernel: 1, stride: style == .caffe ? stride : 1, bias: false)
    bn1 = BatchNorm(inner, relu: true)
    conv2 = Conv2d(
      inner, inner, kernel: 3, stride: style == .caffe ? 1 : stride, padding: padding, dilation: dilation,
      bias: false)
    bn2 = BatchNorm(inner, relu: true)
    conv3 = Conv2d(inner, outputs, kernel: 1, bias: false)
    bn3 = BatchNorm(outputs)
    if isFirst {
      // SiamRPN++ carries the input over by a 3×3 convolution too, but for its first stage.
      let isWide = style == .siamRPN && inputs != inner
      downsample = Sequential(
        Conv2d(
          inputs, outputs, kernel: isWide ? 3 : 1, stride: stride, padding: isWide ? padding : 0,
          dilation: isWide ? dilation : 1, bias: false), BatchNorm(outputs))
    } else {
      downsample = nil
    }
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = bn3(bn2(bn1(x, after: conv1), after: conv2), after: conv3)
    return (y + (downsample?(x) ?? x)).relu()
  }
}
