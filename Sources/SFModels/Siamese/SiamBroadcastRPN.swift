import NN
import Tensor

/// The report's SiamBroadcastRPN (§3.2, Fig. 16): the template's features become one vector, the largest of each channel,
/// which is laid beside the region's features at every place; convolutions compare them, and SSD's heads answer at two
/// levels.
///
/// Images are RGB in 0…1. The published names of its parameters. Regions of side S, a multiple of 8, have levels of side
/// S / 8 and half of that.
public struct SiamBroadcastRPN: SiameseNetwork, CustomReflectable {
  /// How wide it is.
  public enum Preset: String, Sendable, CaseIterable {
    /// Two ResNet-18s of a quarter of the width, 48 channels behind them.
    case tiny
    /// Two ResNet-18s, 256 channels behind them.
    case narrow
    /// Two ResNet-50s, 256 channels behind them: 6,794,824 parameters.
    case paper
  }

  private let search: GuidedResNet
  private let exemplar: GuidedResNet
  private let relation: Sequential
  private let extras: [Sequential]
  private let heads: DefaultBoxHeads

  /// The side of templates and of search regions, in pixels.
  public let templateSize = 64, searchSize = 256
  /// The default boxes of a place at each level.
  public static let boxes = [6, 6]

  /// Initialised as PyTorch does, the backbones as torchvision does, the heads with answers near 0.
  public init(_ preset: Preset) {
    switch preset {
    case .tiny: self.init(channels: 48) { ResNet(.resNet18, stages: 2, width: 16) }
    case .narrow: self.init(channels: 256) { ResNet(.resNet18, stages: 2) }
    case .paper: self.init(channels: 256) { ResNet(.resNet50, stages: 2) }
    }
  }

  /// A network on the first two stages of two ResNets, with that many channels behind them.
  public init(channels c: Int, backbone: () -> ResNet) {
    search = GuidedResNet(backbone())
    exemplar = GuidedResNet(backbone())
    require(
      search.resnet.stages.count == 2, "SiamBroadcastRPN: a backbone of \(search.resnet.stages.count) stages")
    relation = Sequential(
      Conv2d(2 * search.resnet.channels[1], c, kernel: 3, padding: 1), BatchNorm(c), ReLU(),
      ConvTranspose2d(c, c, kernel: 4, stride: 2, padding: 1), BatchNorm(c), ReLU())
    extras = Self.boxes.map { _ in
      Sequential(
        Conv2d(c, c / 4, kernel: 1), BatchNorm(c / 4),
        Conv2d(c / 4, c, kernel: 3, stride: 2, padding: 1), BatchNorm(c), ReLU())
    }
    heads = DefaultBoxHeads(Self.boxes.map { (channels: c, boxes: $0) })
  }

  /// The published names.
  public var customMirror: Mirror {
    Mirror(
      self,
      children: [
        "resnetX": search, "resnetZ": exemplar, "relation": relation, "extras": extras.flatMap(\.layers),
        "loc": heads.offsets, "conf": heads.logits,
      ] as KeyValuePairs<String, Any>)
  }

  /// The backbones of regions and of templates.
  public var backbones: [any Module] { [search.resnet, exemplar.resnet] }

  /// What is largest in a template's features.
  public struct Template: Sendable {
    /// `[N, 1, 1, C]`
    let vector: Tensor
  }

  /// The vectors of images `[N, S, S, 3]`.
  public func template(_ images: Tensor, masks _: Tensor?) -> Template {
    Template(vector: exemplar(exemplar.prepared(images))[1].globalMaxPool())
  }

  /// Where the templates' targets are in regions `[N, S, S, 3]`.
  public func callAsFunction(
    _ images: Tensor, guides _: Tensor?, _ template: Template
  ) -> SiamesePrediction {
    let features = search(search.prepared(images))[1]
    let z = template.vector.broadcast(to: features.shape)
    var x = relation(.concatenate([features, z], axis: -1))
    return heads(
      extras.map { step in
        x = step(x)
        return x
      })
  }
}
