import NN
import Tensor

/// The report's SiamConcatRPN (§3.2, Fig. 13): features of the template and of the region, each with the target's mask,
/// are laid on one another; global convolutions compare them, and SSD's heads answer at six levels. In the region the mask
/// guides: it covers the box of the frame before.
///
/// Images are RGB in 0…1. The published names of its parameters.
public struct SiamConcatRPN: SiameseNetwork, CustomReflectable {
  /// How wide it is.
  public enum Preset: String, Sendable, CaseIterable {
    /// A ResNet-18 of a quarter of the width, 48 channels behind it.
    case tiny
    /// A ResNet-18, 256 channels behind it.
    case narrow
    /// A ResNet-50, 512 channels behind it: 64,211,444 parameters.
    case paper
  }

  private let base: GuidedResNet
  private let comparison: [ComparisonBlock]
  private let refinement: Refinement
  private let extras: [Conv2d]
  private let heads: DefaultBoxHeads

  /// The side of templates and search regions, in pixels.
  public let templateSize = 300, searchSize = 300
  /// The default boxes of a place at each level; for 300 pixels the levels have sides of 38, 19, 10, 5, 3 and 1.
  public static let boxes = [4, 6, 6, 6, 4, 4]

  /// Initialised as PyTorch does, the backbone as torchvision does, the heads with answers near 0.
  public init(_ preset: Preset) {
    switch preset {
    case .tiny: self.init(ResNet(.resNet18, stages: 3, width: 16), channels: 48)
    case .narrow: self.init(ResNet(.resNet18, stages: 3), channels: 256)
    case .paper: self.init(ResNet(.resNet50, stages: 3), channels: 512)
    }
  }

  /// A network on the first three stages of a ResNet, with that many channels behind it.
  public init(_ backbone: ResNet, channels c: Int) {
    require(backbone.stages.count == 3, "SiamConcatRPN: a backbone of \(backbone.stages.count) stages")
    base = GuidedResNet(backbone, masks: ["conv1_m"])
    comparison = [
      ComparisonBlock(2 * backbone.channels[2], c, c, kernel: 11),
      ComparisonBlock(c, c / 2, c, kernel: 9),
      ComparisonBlock(c, c / 2, c, kernel: 7),
    ]
    refinement = Refinement(backbone.channels[1], c / 2, c)
    extras = [
      Conv2d(c, c / 2, kernel: 1, relu: true),
      Conv2d(c / 2, c, kernel: 3, stride: 2, padding: 1, relu: true),
      Conv2d(c, c / 2, kernel: 1, relu: true),
      Conv2d(c / 2, c, kernel: 3, stride: 2, padding: 1, relu: true),
      Conv2d(c, c / 4, kernel: 1, relu: true),
      Conv2d(c / 4, c / 2, kernel: 3, stride: 2, padding: 1, relu: true),
      Conv2d(c / 2, c / 4, kernel: 1, relu: true),
      Conv2d(c / 4, c / 2, kernel: 3, relu: true),
      Conv2d(c / 2, c / 4, kernel: 1, relu: true),
      Conv2d(c / 4, c / 2, kernel: 3, relu: true),
    ]
    heads = DefaultBoxHeads(
      zip([c, c, c, c / 2, c / 2, c / 2], Self.boxes).map { (channels: $0, boxes: $1) })
  }

  /// The published names.
  public var customMirror: Mirror {
    let blocks = comparison.enumerated().flatMap { index, block in
      [Mirror.Child("GC\(index + 1)", block.global), Mirror.Child("convG\(index + 1)", block.residual)]
    }
    let rest: [Mirror.Child] = [
      ("RF", refinement), ("extras", extras), ("loc", heads.offsets), ("conf", heads.logits),
    ]
    return Mirror(self, children: [Mirror.Child("base", base)] + blocks + rest)
  }

  /// The features of templates and regions alike.
  public var backbone: ResNet { base.resnet }

  /// The features of a template.
  public struct Template: Sendable {
    let features: Tensor
  }

  /// The features of images `[N, 300, 300, 3]` and masks of their targets `[N, 300, 300, 1]`.
  public func template(_ images: Tensor, masks: Tensor?) -> Template {
    Template(features: features(images, masks)[2])
  }

  private func features(_ images: Tensor, _ masks: Tensor?) -> [Tensor] {
    base(base.prepared(images), masks: masks.map { [$0] } ?? [])
  }

  /// Where the templates' targets are in regions `[N, 300, 300, 3]`, supposedly where the guides `[N, 300, 300, 1]` are.
  public func callAsFunction(
    _ images: Tensor, guides: Tensor?, _ template: Template
  ) -> SiamesePrediction {
    let features = features(images, guides)
    let z = template.features.broadcast(to: features[2].shape)
    var x = comparison[0](.concatenate([features[2], z], axis: -1))
    for block in comparison.dropFirst() { x = block(x.relu()) }
    x = refinement(features[1], x)
    var levels = [x]
    for (index, convolution) in extras.enumerated() {
      x = convolution(x)
      if index % 2 == 1 { levels.append(x) }
    }
    return heads(levels)
  }
}

/// A global convolution with a residual behind it.
private struct ComparisonBlock: Layer {
  let global: GlobalConvolution
  let residual: Conv2d

  init(_ inputs: Int, _ middle: Int, _ outputs: Int, kernel: Int) {
    global = GlobalConvolution(inputs, middle, outputs, kernel: kernel)
    residual = Conv2d(outputs, outputs, kernel: 3, padding: 1)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = global(x)
    return y + residual(y.relu())
  }
}

/// A k×k convolution of low rank (Peng et al. 2017): a column and a row, and a row and a column, added.
private struct GlobalConvolution: Layer, CustomReflectable {
  private let column: Sequential, row: Sequential

  init(_ inputs: Int, _ middle: Int, _ outputs: Int, kernel: Int) {
    func convolution(_ inputs: Int, _ outputs: Int, _ size: [Int]) -> Conv2d {
      Conv2d(inputs, outputs, kernel: size, padding: .same)
    }
    let (tall, wide) = ([kernel, 1], [1, kernel])
    column = Sequential(convolution(inputs, middle, tall), convolution(middle, outputs, wide))
    row = Sequential(convolution(inputs, middle, wide), convolution(middle, outputs, tall))
  }

  var customMirror: Mirror {
    let (l, r) = (column.layers, row.layers)
    return Mirror(self, children: ["conv_l1": l[0], "conv_l2": l[1], "conv_r1": r[0], "conv_r2": r[1]])
  }

  func callAsFunction(_ x: Tensor) -> Tensor { column(x) + row(x) }
}

/// Features of twice the size join in where details are missing (Oh et al. 2018).
private struct Refinement: Module {
  let convFS1: Conv2d, convFS2: Conv2d, convFS3: Conv2d
  let convMM1: Conv2d, convMM2: Conv2d

  init(_ inputs: Int, _ middle: Int, _ outputs: Int) {
    func convolution(_ inputs: Int, _ outputs: Int, relu: Bool = false) -> Conv2d {
      Conv2d(inputs, outputs, kernel: 3, padding: 1, relu: relu)
    }
    convFS1 = convolution(inputs, outputs)
    convFS2 = convolution(outputs, middle, relu: true)
    convFS3 = convolution(middle, outputs)
    convMM1 = convolution(outputs, middle, relu: true)
    convMM2 = convolution(middle, outputs)
  }

  func callAsFunction(_ features: Tensor, _ x: Tensor) -> Tensor {
    let s = convFS1(features)
    let up = x.resized2d(height: s.shape[1], width: s.shape[2])
    let m = s + convFS3(convFS2(s.relu())) + up
    return m + convMM2(convMM1(m.relu()))
  }
}
