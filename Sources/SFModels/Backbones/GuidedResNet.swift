import NN
import Tensor

/// A ResNet that takes RGB in 0…1 and normalises it by ImageNet's mean and standard deviation, under the names of the
/// encoders of Oh et al. (2018): `res2` is the first stage. A guided one sees a mask too, which a convolution of its own
/// adds to what the first makes of the image.
struct GuidedResNet: Module, CustomReflectable {
  let resnet: ResNet
  private let mean = Parameter(Tensor([0.485, 0.456, 0.406] as [Float], shape: [1, 3, 1, 1]), role: .buffer)
  private let deviation = Parameter(
    Tensor([0.229, 0.224, 0.225] as [Float], shape: [1, 3, 1, 1]), role: .buffer)
  private let maskConvolution: Conv2d?

  init(_ resnet: ResNet, isGuided: Bool) {
    self.resnet = resnet
    maskConvolution =
      isGuided ? Conv2d(1, resnet.conv1.weight.shape[-1], kernel: 7, stride: 2, padding: 3) : nil
  }

  var customMirror: Mirror {
    let stem: [Mirror.Child] = [
      ("mean", mean), ("std", deviation), ("conv1_m", maskConvolution as Any), ("conv1", resnet.conv1),
      ("bn1", resnet.bn1),
    ]
    let stages = resnet.stages.enumerated().map { Mirror.Child("res\($0 + 2)", $1) }
    return Mirror(self, children: stem + stages)
  }

  /// The outputs of the stages for images `[N, H, W, 3]` and masks `[N, H, W, 1]`.
  func callAsFunction(_ images: Tensor, mask: Tensor? = nil) -> [Tensor] {
    let x = (images - mean.value.reshape(3)) / deviation.value.reshape(3)
    guard let mask, let maskConvolution else { return resnet(x) }
    return resnet.outputs(of: resnet.bn1(resnet.conv1(x) + maskConvolution(mask)))
  }
}
