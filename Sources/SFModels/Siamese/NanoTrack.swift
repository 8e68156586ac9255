import NN
import Tensor

/// NanoTrack, version 2 (H. Chu, SiamTrackers): features of a template and of a search region, compared point by point;
/// for each place of the region whether the target is there, and how far its sides are. 338,302 parameters.
///
/// Images are BGR, 0…255; its published weights load as they are.
public struct NanoTrack: Module, CustomReflectable {
  private var backbone: MobileNetV3
  private let neck: Neck
  private var head: Head

  /// The distance of neighbouring places of the region, in its pixels.
  public static let stride = 16
  /// The side of the template and of the search region, in pixels.
  public static let templateSize = 127, searchSize = 255

  /// Initialised as PyTorch does.
  public init() {
    backbone = MobileNetV3()
    neck = Neck()
    head = Head()
  }

  /// The published names.
  public var customMirror: Mirror {
    Mirror(self, children: ["backbone": backbone, "neck": neck, "ban_head": head])
  }

  /// What a template looks like to the two branches of the head.
  public struct Template: Sendable {
    let classification: Tensor
    let regression: Tensor
  }

  /// The template of images `[N, 127, 127, 3]`.
  public func template(_ images: Tensor) -> Template {
    let features = backbone(images)
    return Template(
      classification: head.classification.correlation.kernel(features),
      regression: head.regression.correlation.kernel(features))
  }

  /// For search regions `[N, 255, 255, 3]`: the logits of background and target `[N, 16, 16, 2]`, and the distances from
  /// each place to the left, upper, right and lower side of the target `[N, 16, 16, 4]`, in pixels of the region.
  public func callAsFunction(_ images: Tensor, _ template: Template) -> (logits: Tensor, sides: Tensor) {
    let features = backbone(images)
    return (
      head.classification(features, template.classification),
      head.regression(features, template.regression).exp()
    )
  }

  /// The network with its norms taken into the convolutions, which then are its own: it answers the same in evaluation,
  /// faster.
  func folded() -> Self {
    var copy = self
    copy.backbone = backbone.folded()
    copy.head.classification = head.classification.folded()
    copy.head.regression = head.regression.folded()
    return copy
  }

  /// A part of the published state dict that version 2 does not use.
  private struct Neck: Module {
    let downsample = Sequential(Conv2d(64, 64, kernel: 1, bias: false), BatchNorm(64))
  }

  private struct Head: Module, CustomReflectable {
    var classification = Branch(outputs: 2)
    var regression = Branch(outputs: 4)

    var customMirror: Mirror {
      Mirror(
        self,
        children: [
          "corr_pw_reg": regression.correlation, "corr_pw_cls": classification.correlation,
          "cls_pw_tower": classification.tower, "bbox_pw_tower": regression.tower,
          "cls_pred": classification.prediction, "bbox_pred": regression.prediction,
        ])
    }
  }

  /// Correlation, six separable convolutions, a prediction at every place.
  private struct Branch: Module {
    var correlation = PointCorrelation(48)
    var tower: Sequential
    let prediction: Sequential

    init(outputs: Int) {
      tower = Sequential(
        (0..<6).flatMap { layer -> [any Layer] in
          let inputs = layer == 0 ? 64 : 96
          return [
            Conv2d(inputs, inputs, kernel: 3, padding: 1, groups: inputs, bias: false),
            Conv2d(inputs, 96, kernel: 1, bias: false), BatchNorm(96), Lambda { $0.relu6() },
          ]
        })
      prediction = Sequential(Conv2d(96, outputs, kernel: 1))
    }

    func callAsFunction(_ features: Tensor, _ kernel: Tensor) -> Tensor {
      prediction(tower(correlation(features, kernel)))
    }

    func folded() -> Self {
      var copy = self
      (copy.correlation, copy.tower) = (correlation.folded(), tower.folded())
      return copy
    }
  }

  /// Every place of the region against every place of the template, 8×8 of them, which become channels; these are
  /// weighed by what they are on average.
  private struct PointCorrelation: Module, CustomReflectable {
    private var template: Sequential
    private var search: Sequential
    private let attention = ChannelAttention(64)

    init(_ channels: Int) {
      template = Sequential(Conv2d(channels, channels, kernel: 1), BatchNorm(channels))
      search = Sequential(Conv2d(channels, channels, kernel: 1), BatchNorm(channels))
    }

    var customMirror: Mirror {
      Mirror(self, children: ["CA_layer": attention, "conv_kernel": template, "conv_search": search])
    }

    /// `[N, C, 64]`
    func kernel(_ features: Tensor) -> Tensor {
      let kernel = template(features)
      return kernel.reshape(kernel.shape[0], -1, kernel.shape[-1]).transposed()
    }

    func callAsFunction(_ features: Tensor, _ kernel: Tensor) -> Tensor {
      let x = search(features)
      let products = x.reshape(x.shape[0], -1, x.shape[-1]).matmul(kernel)
      return attention(products.reshape(x.shape[0], x.shape[1], x.shape[2], -1))
    }

    func folded() -> Self {
      var copy = self
      (copy.template, copy.search) = (template.folded(), search.folded())
      return copy
    }
  }

  private struct ChannelAttention: Layer {
    let fc1: Conv2d
    let fc2: Conv2d

    init(_ channels: Int) {
      fc1 = Conv2d(channels, channels, kernel: 1, relu: true)
      fc2 = Conv2d(channels, channels, kernel: 1)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      x * fc2(fc1(x.mean(axis: [1, 2], keepingAxes: true))).sigmoid()
    }
  }
}
