import NN
import Tensor

/// The networks that SFSeg++ is compared with (Table 5): each learns to combine the masks of several methods, from a
/// window of frames to the mask of the middle one. The paper tells their kinds and sizes; widths and kernels are chosen
/// to come near with fifteen channels and five frames.
public enum LearnedEnsemble: String, Sendable, CaseIterable {
  /// A U-Net over volumes, 1.4 million parameters.
  case unet3DLarge = "Unet3D large"
  /// A U-Net over volumes, 330,000 parameters.
  case unet3DSmall = "Unet3D small"
  /// A U-Net over images, the window's frames as channels; 140,000 parameters.
  case unet2D = "Unet2D"
  /// Two convolutions, 35,000 parameters.
  case shallow2 = "Shallow2 2D"
  /// Three convolutions, 5,000 parameters.
  case shallow3 = "Shallow3 2D"
  /// Three convolutions, 380 parameters.
  case shallow4 = "Shallow4 2D"

  /// A network for windows of so many frames of so many channels.
  public func makeNetwork(channels: Int = 15, frames: Int = 5) -> EnsembleNetwork {
    let flat = channels * frames
    return switch self {
    case .unet3DLarge: .volumes(UNet3d(inputs: channels, widths: [16, 32, 60, 120]))
    case .unet3DSmall: .volumes(UNet3d(inputs: channels, widths: [8, 16, 28, 58]))
    case .unet2D: .images(UNet2d(inputs: flat, widths: [16, 32, 64]))
    case .shallow2: .images(convolutions(flat, [(50, 3), (1, 5)]))
    case .shallow3: .images(convolutions(flat, [(32, 1), (8, 3), (1, 5)]))
    case .shallow4: .images(convolutions(flat, [(4, 1), (2, 3), (1, 1)]))
    }
  }

  /// Whether the network is three-dimensional.
  public var seesVolumes: Bool { self == .unet3DLarge || self == .unet3DSmall }

  /// Convolutions of given widths and kernels, each but the last followed by ReLU.
  private func convolutions(_ inputs: Int, _ layers: [(width: Int, kernel: Int)]) -> Sequential {
    let widths = [inputs] + layers.map(\.width)
    return Sequential(
      layers.enumerated().map { index, layer in
        Conv2d(
          widths[index], layer.width, kernel: layer.kernel, padding: .same,
          relu: index < layers.count - 1)
      })
  }
}

/// A network from windows of channels `[N, T, H, W, C]` in [0, 1] to the middle frames' logits `[N, H, W]`.
public enum EnsembleNetwork: Module {
  /// Sees a window as an image of T·C channels.
  case images(any Layer)
  /// Sees a window as a volume.
  case volumes(any Layer)

  /// The middle frames' logits.
  public func callAsFunction(_ windows: Tensor) -> Tensor {
    require(windows.rank == 5, "EnsembleNetwork: windows of shape \(windows.shape)")
    let x = 2 * windows - 1
    switch self {
    case .images(let network):
      let n = windows.shape
      return network(x.permuted(0, 2, 3, 1, 4).reshape(n[0], n[2], n[3], n[1] * n[4])).squeezed(axis: -1)
    case .volumes(let network):
      return network(x)[.all, windows.shape[1] / 2].squeezed(axis: -1)
    }
  }
}
