import NN
import SFModels
import Tensor

/// What is learned: soft masks from the channels of several methods.
protocol CombinationModel: Module {
  /// The middle frames' soft masks `[N, H, W]` of windows of channels `[N, T, H, W, C]`.
  func middleMasks(_ windows: Tensor) -> Tensor
  /// The soft masks `[T, H, W]` of a whole video's channels `[T, H, W, C]`.
  func masks(_ channels: Tensor) -> Tensor
}

extension SFSegPlusPlus: CombinationModel {
  func middleMasks(_ windows: Tensor) -> Tensor { self(windows)[.all, windows.shape[1] / 2] }

  func masks(_ channels: Tensor) -> Tensor { self(channels.expandingAxis(0)).squeezed(axis: 0) }
}

extension EnsembleNetwork: CombinationModel {
  func middleMasks(_ windows: Tensor) -> Tensor { self(windows).sigmoid() }

  /// Window by window, some at a time.
  func masks(_ channels: Tensor) -> Tensor {
    let frames = channels.shape[0]
    let parts = stride(from: 0, to: frames, by: 8).map { first in
      middleMasks(
        .stack((first..<min(first + 8, frames)).map { channelWindow(around: $0, of: channels) }))
    }
    return .concatenate(parts)
  }
}

/// The number of frames learned from at a time (§5.1.6).
let windowLength = 5

/// The channels `[5, H, W, C]` of the frames around one; beyond the video's ends its first and last frames repeat.
func channelWindow(around frame: Int, of channels: Tensor) -> Tensor {
  let reach = windowLength / 2
  let places = (frame - reach...frame + reach).map { Int32(min(max($0, 0), channels.shape[0] - 1)) }
  return channels.gather(Tensor(places))
}
