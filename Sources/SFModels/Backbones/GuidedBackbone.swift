import NN
import Tensor

/// A backbone that may see masks beside images: what a convolution makes of a mask is added to what the first one makes of
/// the image, before the first norm.
protocol GuidedBackbone: Module {
  /// The channels of its outputs, the shallowest first.
  var channels: [Int] { get }
  /// The parts that learned on images.
  var trunk: any Module { get }
  /// Images `[N, H, W, 3]`, RGB in 0…1, as it wants them.
  func prepared(_ images: Tensor) -> Tensor
  /// What it sees in prepared images `[N, H, W, 3]` and in masks `[N, H, W, 1]`, one for each of its convolutions.
  func callAsFunction(_ images: Tensor, masks: [Tensor]) -> [Tensor]
}

/// The convolutions of masks, with their names.
struct MaskStems: Module, CustomReflectable {
  private let convolutions: [(name: String, layer: Conv2d)]

  init(_ names: [String], _ make: () -> Conv2d) { convolutions = names.map { ($0, make()) } }

  var children: [Mirror.Child] { convolutions.map { ($0.name, $0.layer) } }
  var customMirror: Mirror { Mirror(self, children: children) }

  /// What the first convolution made of images, and they of masks.
  func callAsFunction(_ x: Tensor, masks: [Tensor]) -> Tensor {
    require(
      masks.count == convolutions.count, "a backbone of \(convolutions.count) masks: \(masks.count) are given"
    )
    return zip(convolutions, masks).reduce(x) { $0 + $1.0.layer($1.1) }
  }
}
