import NN
import SFModels
import Tensor
import TestSupport

/// One training step of a U-Net as PyTorch computed it; `Tests/Fixtures/unet.py` says what is stored.
struct UNetFixture: Sendable, CustomStringConvertible {
  let name: String
  let make: @Sendable () -> UNet2d

  var description: String { name }

  static let all = [
    UNetFixture(
      name: "unet",
      make: { UNet2d(inputs: 4, widths: [4, 8, 16, 32], upsampling: .transposed, bias: false) }),
    UNetFixture(name: "unet_bilinear", make: { UNet2d(inputs: 4, widths: [4, 8, 8]) }),
  ]

  func load() throws -> SafeTensors { try Fixture.load(name) }

  /// The network in the state before the step, computing in `dtype`.
  func network(_ file: SafeTensors, _ dtype: DType) throws -> UNet2d {
    let network = make()
    for (_, parameter) in network.namedParameters where parameter.value.dtype.isFloatingPoint {
      parameter.update { $0 = $0.to(dtype) }
    }
    try network.load(file[prefix: "state"])
    return network
  }
}

extension Tensor {
  /// PyTorch's `[N, C, H, W]` as `[N, H, W, C]`.
  var channelsLast: Tensor { permuted(0, 2, 3, 1) }
}
