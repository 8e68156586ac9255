import NN
import Tensor

/// SiamRPN with depth-wise correlation (Li et al. 2019): the template's features filter the region's channel by channel,
/// before two 1×1 convolutions answer for five default boxes at each place. SiamRPN++ does so on several levels of a deep
/// backbone and takes the learned mean of their answers.
///
/// pysot's state dicts load as they are, and want BGR in 0…255.
public struct SiamRPNPlusPlus: SiameseNetwork, CustomReflectable {
  /// What it stands on.
  public enum Preset: String, Sendable, CaseIterable {
    /// SiamRPN's AlexNet, one level; regions of 287 pixels: pysot's `siamrpn_alex_dwxcorr`, 6,251,102 parameters.
    case alexNet
    /// A dilated ResNet-50, the levels of its stages 2, 3 and 4; regions of 255 pixels: pysot's
    /// `siamrpn_r50_l234_dwxcorr`, 53,950,624 parameters.
    case resNet50
    /// EfficientNet-Lite0, its stages 3 and 5, for a CPU; regions of 255 pixels.
    case efficientNetLite0
  }

  /// What it stands on.
  public enum Backbone: Sendable {
    /// SiamRPN's; one level.
    case alexNet(AlexNet)
    /// Four stages in SiamRPN++'s style, of which the last three are levels.
    case resNet(ResNet)
    /// Five stages, of which the third and the fifth, enlarged, are levels.
    case efficientNetLite0(EfficientNetLite0)
  }

  /// The features of templates and regions alike.
  public let backbone: Backbone
  private let levels: [Level]
  private let logitWeights: Parameter, offsetWeights: Parameter

  /// The default boxes of a place.
  public static let boxes = 5
  /// The side of templates, in pixels.
  public let templateSize = 127
  /// The usual side of search regions, in pixels.
  public let searchSize: Int

  /// Initialised as PyTorch does, with answers near 0.
  public init(_ preset: Preset) {
    switch preset {
    case .alexNet: self.init(.alexNet(AlexNet(widths: [96, 256, 384, 384, 256])), channels: 256)
    case .resNet50: self.init(.resNet(ResNet(.resNet50, style: .siamRPN)), channels: 256)
    case .efficientNetLite0: self.init(.efficientNetLite0(EfficientNetLite0(stages: 5)), channels: 96)
    }
  }

  /// A network whose heads have that many channels.
  public init(_ backbone: Backbone, channels: Int) {
    self.backbone = backbone
    levels = backbone.channels.map { Level($0, channels, hasNeck: backbone.isDeep) }
    logitWeights = Parameter(Tensor(ones: [levels.count]))
    offsetWeights = Parameter(Tensor(ones: [levels.count]))
    searchSize = backbone.isDeep ? 255 : 287
  }

  /// pysot's names.
  public var customMirror: Mirror {
    func numbered(_ name: String, _ part: (Level) -> Any) -> [(String, Any)] {
      levels.enumerated().map { ("\(name)\($0 + 2)", part($1)) }
    }
    func heads(_ level: Level) -> [String: Any] { ["cls": level.logits, "loc": level.offsets] }
    guard backbone.isDeep else {
      return Mirror(
        self, children: ["backbone": ["features": backbone.module], "rpn_head": heads(levels[0])])
    }
    let necks = numbered("downsample") { ["downsample": $0.neck] }
    let rest = [("cls_weight", logitWeights as Any), ("loc_weight", offsetWeights)]
    return Mirror(
      self,
      children: [
        "backbone": backbone.module, "neck": Dictionary(uniqueKeysWithValues: necks),
        "rpn_head": Dictionary(uniqueKeysWithValues: numbered("rpn", heads) + rest),
      ])
  }

  /// The kernels that a template's features became, at each level.
  public struct Template: Sendable {
    fileprivate let levels: [(logits: Tensor, offsets: Tensor)]
  }

  /// BGR in 0…255, or what EfficientNet-Lite0 takes.
  public func pixels(_ images: Tensor) -> Tensor { backbone.pixels(images) }

  /// The kernels of images `[N, 127, 127, 3]`.
  public func template(_ images: Tensor, masks _: Tensor?) -> Template {
    Template(levels: zip(levels, backbone(images)).map { $0.template($1) })
  }

  /// Where the templates' targets are in regions `[N, S, S, 3]`.
  public func callAsFunction(
    _ images: Tensor, guides _: Tensor?, _ template: Template
  ) -> SiamesePrediction {
    let maps = zip(zip(levels, template.levels), backbone(images)).map { level, features in
      level.0(features, level.1)
    }
    return SiamesePrediction(
      logits: mean(maps.map(\.logits), logitWeights), offsets: mean(maps.map(\.offsets), offsetWeights),
      boxes: Self.boxes)
  }

  private func mean(_ maps: [Tensor], _ weights: Parameter) -> Tensor {
    maps.count == 1
      ? maps[0]
      : (Tensor.stack(maps, axis: -1) * weights.value.softmax().to(maps[0].dtype)).sum(axis: -1)
  }
}

extension SiamRPNPlusPlus.Backbone {
  fileprivate var module: any Module {
    switch self {
    case .alexNet(let network): network
    case .resNet(let network): network
    case .efficientNetLite0(let network): network
    }
  }

  /// Whether necks narrow its levels, and borders that saw zeros are cut off from templates.
  fileprivate var isDeep: Bool { if case .alexNet = self { false } else { true } }

  fileprivate var channels: [Int] {
    switch self {
    case .alexNet(let network): [network.widths[4]]
    case .resNet(let network): Array(network.channels[1...])
    case .efficientNetLite0: [EfficientNetLite0.channels[2], EfficientNetLite0.channels[4]]
    }
  }

  fileprivate func pixels(_ images: Tensor) -> Tensor {
    if case .efficientNetLite0 = self { return (images * 255 - 127) / 128 }
    return images[.ellipsis, .stride(by: -1)] * 255
  }

  /// Features of stride 8.
  fileprivate func callAsFunction(_ images: Tensor) -> [Tensor] {
    switch self {
    case .alexNet(let network): return [network(images)]
    case .resNet(let network): return Array(network(images)[1...])
    case .efficientNetLite0(let network):
      let stages = network(images)
      let (fine, coarse) = (stages[2], stages[4])
      return [fine, coarse.resized2d(height: fine.shape[1], width: fine.shape[2])]
    }
  }
}

/// What stands on a level of features.
private struct Level: Module {
  let neck: Sequential?
  let logits: DepthwiseHead, offsets: DepthwiseHead

  /// The places that are left of a template's sides, and the largest side that is a template's, not a region's.
  private static let center = 7

  init(_ inputs: Int, _ channels: Int, hasNeck: Bool) {
    neck = hasNeck ? Sequential(Conv2d(inputs, channels, kernel: 1, bias: false), BatchNorm(channels)) : nil
    let features = hasNeck ? channels : inputs
    logits = DepthwiseHead(features, channels, outputs: 2 * SiamRPNPlusPlus.boxes)
    offsets = DepthwiseHead(features, channels, outputs: 4 * SiamRPNPlusPlus.boxes)
  }

  func template(_ features: Tensor) -> (logits: Tensor, offsets: Tensor) {
    var z = neck?(features) ?? features
    if neck != nil {
      let first = (z.shape[1] - Self.center) / 2
      z = z[0..., first..<first + Self.center, first..<first + Self.center]
    }
    return (logits.kernel(z), offsets.kernel(z))
  }

  func callAsFunction(
    _ features: Tensor, _ kernels: (logits: Tensor, offsets: Tensor)
  ) -> (logits: Tensor, offsets: Tensor) {
    let x = neck?(features) ?? features
    return (logits(x, kernels.logits), offsets(x, kernels.offsets))
  }
}

/// Correlation channel by channel, and an answer at every place.
private struct DepthwiseHead: Module, CustomReflectable {
  private let template: Sequential, search: Sequential
  private let answer: Sequential

  init(_ inputs: Int, _ channels: Int, outputs: Int) {
    func features() -> Sequential {
      Sequential(Conv2d(inputs, channels, kernel: 3, bias: false), BatchNorm(channels, relu: true))
    }
    (template, search) = (features(), features())
    answer = Sequential(
      Conv2d(channels, channels, kernel: 1, bias: false), BatchNorm(channels), ReLU(),
      Conv2d.answering(channels, outputs, kernel: 1))
  }

  var customMirror: Mirror {
    Mirror(self, children: ["conv_kernel": template, "conv_search": search, "head": answer])
  }

  func kernel(_ features: Tensor) -> Tensor { template(features) }

  func callAsFunction(_ features: Tensor, _ kernel: Tensor) -> Tensor {
    answer(search(features).depthwiseCorrelation(kernel))
  }
}
