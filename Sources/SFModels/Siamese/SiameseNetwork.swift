import NN
import Tensor

/// A network that finds the target of an image, the template, in another, the search region. It judges default boxes all
/// over the region: whether each covers the target, and how to move it there.
///
/// ```swift
/// let template = network.template(exemplars)           // once
/// let prediction = network(regions, template)          // for each frame
/// ```
public protocol SiameseNetwork: Module {
  /// What the search needs to know of templates.
  associatedtype Template: Sendable

  /// The side of templates, in pixels.
  var templateSize: Int { get }
  /// The usual side of search regions, in pixels.
  var searchSize: Int { get }
  /// How much of the surroundings templates and search regions show, as `SiameseCrops` has it.
  var contexts: (template: Double, search: Double?) { get }
  /// Whether it wants masks: where the target is in the template, and about where in the search region.
  var takesGuides: Bool { get }
  /// Its default boxes in search regions of a side.
  func anchors(searchSize: Int) -> Anchors
  /// What it stands on, and what may be loaded from a file of a network for images.
  var backbones: [any Module] { get }

  /// A network that answers the same in evaluation, faster where it is asked for one region after another.
  func folded() -> Self

  /// What the network takes, of images in RGB from 0 to 1.
  func pixels(_ images: Tensor) -> Tensor

  /// What images `[N, S, S, 3]` look like whose targets the masks `[N, S, S, 1]`, 0 or 1, cover. Networks without a use for
  /// masks do without.
  func template(_ images: Tensor, masks: Tensor?) -> Template

  /// Where the templates' targets are in search regions `[N, S, S, 3]`; one template serves any number of regions. The
  /// guides, masks like those of templates, cover the places where they are supposed to be.
  func callAsFunction(_ images: Tensor, guides: Tensor?, _ template: Template) -> SiamesePrediction
}

extension SiameseNetwork {
  /// The network itself.
  public func folded() -> Self { self }

  /// The images as they are.
  public func pixels(_ images: Tensor) -> Tensor { images }

  /// What images look like, without masks.
  public func template(_ images: Tensor) -> Template { template(images, masks: nil) }

  /// Where the templates' targets are in search regions, without guides.
  public func callAsFunction(_ images: Tensor, _ template: Template) -> SiamesePrediction {
    self(images, guides: nil, template)
  }
}

/// What a network tells of the default boxes of search regions. They are in the order of levels, rows, columns, and the boxes
/// of a place.
public struct SiamesePrediction: Sendable {
  /// The logits of background and target, `[N, D, 2]`.
  public var logits: Tensor
  /// How a box is to be moved and scaled to fit the target, as boxes are coded: x, y, width, height, `[N, D, 4]`.
  public var offsets: Tensor

  /// Predictions of those values.
  public init(logits: Tensor, offsets: Tensor) { (self.logits, self.offsets) = (logits, offsets) }

  /// From maps of SiamRPN's kind, `[N, H, W, 2·K]` and `[N, H, W, 4·K]`, whose channels go through the boxes of a place
  /// before they come to the next coordinate.
  init(logits: Tensor, offsets: Tensor, boxes: Int) {
    func unrolled(_ map: Tensor) -> Tensor {
      let (n, values) = (map.shape[0], map.shape[-1] / boxes)
      return map.reshape(n, -1, values, boxes).transposed().reshape(n, -1, values)
    }
    self.init(logits: unrolled(logits), offsets: unrolled(offsets))
  }
}
