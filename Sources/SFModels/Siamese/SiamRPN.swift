import NN
import Tensor

/// SiamRPN (Li et al. 2018), as DaSiamRPN and alexandre01 published it: the template's features become the kernels of two
/// convolutions over the search region's features. One answers, for five default boxes at each place, whether they cover
/// the target, the other how to move them.
///
/// Its published state dicts load as they are; DaSiamRPN's want BGR in 0…255. Regions of side S give maps of side
/// (S − 127) / 8 + 1.
public struct SiamRPN: SiameseNetwork, CustomReflectable {
  /// How wide it is.
  public enum Preset: String, Sendable, CaseIterable {
    /// 363,876 parameters, for experiments.
    case tiny
    /// 22,632,932 parameters, DaSiamRPN's for VOT and OTB.
    case narrow
    /// 90,436,132 parameters, the report's.
    case paper
  }

  /// The features of templates and regions alike.
  public private(set) var backbone: AlexNet
  private let templateOffsets: Conv2d, searchOffsets: Conv2d
  private let templateLogits: Conv2d, searchLogits: Conv2d
  private let adjustment: Conv2d

  /// The default boxes of a place.
  public static let boxes = 5
  /// The side of templates and the usual one of search regions, in pixels.
  public let templateSize = 127, searchSize = 271

  /// Initialised as PyTorch does; the kernels start so small that the answers are near 0.
  public init(_ preset: Preset) {
    switch preset {
    case .tiny: self.init(widths: [16, 32, 48, 48, 32])
    case .narrow: self.init(widths: [96, 256, 384, 384, 256])
    case .paper: self.init(widths: [192, 512, 768, 768, 512])
    }
  }

  /// A network of those channels behind each convolution of its backbone; the last is the kernels' too.
  public init(widths: [Int]) {
    backbone = AlexNet(widths: widths)
    let features = widths[4]
    templateOffsets = Conv2d(features, features * 4 * Self.boxes, kernel: 3)
    searchOffsets = Conv2d(features, features, kernel: 3)
    templateLogits = Conv2d(features, features * 2 * Self.boxes, kernel: 3)
    searchLogits = Conv2d(features, features, kernel: 3)
    adjustment = Conv2d(4 * Self.boxes, 4 * Self.boxes, kernel: 1)
    // An answer is a sum over the kernel's 4×4 places and its channels.
    for parameter in templateOffsets.parameters + templateLogits.parameters {
      parameter.update { $0 = $0 / Double(16 * features).squareRoot() }
    }
  }

  /// The published names.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "featureExtract": backbone, "conv_r1": templateOffsets, "conv_r2": searchOffsets,
        "conv_cls1": templateLogits, "conv_cls2": searchLogits, "regress_adjust": adjustment,
      ])
  }

  /// The kernels that a template's features became.
  public struct Template: Sendable {
    let logits: Tensor
    let offsets: Tensor
  }

  /// With the backbone's norms taken into its convolutions.
  public func folded() -> SiamRPN {
    var copy = self
    copy.backbone = backbone.folded()
    return copy
  }

  /// BGR in 0…255.
  public func pixels(_ images: Tensor) -> Tensor { images[.ellipsis, .stride(by: -1)] * 255 }

  /// The kernels of images `[N, 127, 127, 3]`.
  public func template(_ images: Tensor, masks _: Tensor?) -> Template {
    let features = backbone(images)
    return Template(logits: kernels(templateLogits(features)), offsets: kernels(templateOffsets(features)))
  }

  /// Channels `[N, 4, 4, O·C]`, output by output, as filters `[N, 4, 4, C, O]`.
  private func kernels(_ x: Tensor) -> Tensor {
    x.reshape(x.shape[0], x.shape[1], x.shape[2], -1, backbone.widths[4]).transposed()
  }

  /// Where the templates' targets are in regions `[N, S, S, 3]`.
  public func callAsFunction(
    _ images: Tensor, guides _: Tensor?, _ template: Template
  ) -> SiamesePrediction {
    let features = backbone(images)
    return SiamesePrediction(
      logits: searchLogits(features).correlated(with: template.logits),
      offsets: adjustment(searchOffsets(features).correlated(with: template.offsets)),
      boxes: Self.boxes)
  }
}

extension Tensor {
  /// The convolution of images with their own filters `[N, kH, kW, C, O]`, or all with one, `[1, kH, kW, C, O]`.
  fileprivate func correlated(with filters: Tensor) -> Tensor {
    filters.shape[0] == 1 ? conv2d(filters.squeezed(axis: 0)) : conv2d(perSample: filters)
  }
}
