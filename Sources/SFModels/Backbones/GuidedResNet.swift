import NN
import Tensor

/// A ResNet under the names of the encoders of Oh et al. (2018): `res2` is the first stage. It wants RGB normalised by
/// ImageNet's mean and standard deviation, which it holds.
struct GuidedResNet: GuidedBackbone, CustomReflectable {
  let resnet: ResNet
  private let mean = Parameter(Tensor([0.485, 0.456, 0.406] as [Float], shape: [1, 3, 1, 1]), role: .buffer)
  private let deviation = Parameter(
    Tensor([0.229, 0.224, 0.225] as [Float], shape: [1, 3, 1, 1]), role: .buffer)
  private let stems: MaskStems

  /// A ResNet that sees the masks of the convolutions of these names, which have a bias or not.
  init(_ resnet: ResNet, masks: [String] = [], bias: Bool = true) {
    self.resnet = resnet
    let width = resnet.conv1.weight.shape[-1]
    stems = MaskStems(masks) { Conv2d(1, width, kernel: 7, stride: 2, padding: 3, bias: bias) }
  }

  var channels: [Int] { resnet.channels }
  var trunk: any Module { resnet }

  var customMirror: Mirror {
    let stem: [Mirror.Child] = [("mean", mean), ("std", deviation)] + stems.children
    let first: [Mirror.Child] = [("conv1", resnet.conv1), ("bn1", resnet.bn1)]
    let stages = resnet.stages.enumerated().map { Mirror.Child("res\($0 + 2)", $1) }
    return Mirror(self, children: stem + first + stages)
  }

  func prepared(_ images: Tensor) -> Tensor {
    func row(_ parameter: Parameter) -> Tensor { parameter.value.reshape(3).to(images.dtype) }
    return (images - row(mean)) / row(deviation)
  }

  /// The outputs of the stages.
  func callAsFunction(_ images: Tensor, masks: [Tensor] = []) -> [Tensor] {
    masks.isEmpty ? resnet(images) : resnet.outputs(of: resnet.bn1(stems(resnet.conv1(images), masks: masks)))
  }
}
