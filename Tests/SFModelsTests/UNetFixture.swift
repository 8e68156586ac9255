import Foundation
import NN
import SFModels
import Tensor

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

  func load() throws -> SafeTensors {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try SafeTensors(contentsOf: folder.appending(path: "Fixtures/\(name).safetensors"))
  }

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

func largest(_ tensor: Tensor) -> Double { tensor.abs().max().item }

/// The largest absolute difference; infinite where the shapes differ or a value is not a number.
func distance(_ a: Tensor, _ b: Tensor) -> Double {
  guard a.shape == b.shape else { return .infinity }
  let difference = largest(a.to(.float64) - b.to(.float64))
  return difference.isNaN ? .infinity : difference
}

func bytes(_ tensor: Tensor) -> [UInt8] { tensor.withUnsafeBytes { Array($0) } }
