import NN
import Tensor

/// EfficientNet-Lite0 down to stride 16: the outputs of its stages of strides 4, 8 and 16.
struct GuidedEfficientNet: GuidedBackbone, CustomReflectable {
  private let network = EfficientNetLite0(stages: 5)
  private let stems: MaskStems

  private static let stages = [1, 2, 4]

  /// A network that sees the masks of the convolutions of these names.
  init(masks: [String] = []) {
    stems = MaskStems(masks) {
      Conv2d(1, 32, kernel: 3, stride: 2, padding: .uneven(before: 0, after: 1), bias: false)
    }
  }

  var channels: [Int] { Self.stages.map { EfficientNetLite0.channels[$0] } }
  var trunk: any Module { network }

  var customMirror: Mirror { Mirror(self, children: Mirror(reflecting: network).children + stems.children) }

  func prepared(_ images: Tensor) -> Tensor { (images * 255 - 127) / 128 }

  func callAsFunction(_ images: Tensor, masks: [Tensor] = []) -> [Tensor] {
    let outputs = masks.isEmpty ? network(images) : network(images) { stems($0, masks: masks) }
    return Self.stages.map { outputs[$0] }
  }
}
