import Tensor
import Vision

/// Pairwise features of a video: what pixels must share to be linked.
public enum SpectralFeatures: String, Sendable, CaseIterable {
  /// Colours in L*a*b*, a hundredth of its units: three channels.
  case lab
  /// Grey levels in [0, 1]: one channel.
  case grey
  /// The magnitudes of the flows forward and back, SFSeg's own choice (§5.1.1): two channels, each in [0.05, 0.95] by its
  /// minimum and maximum over the video.
  case flow

  /// The number of channels C.
  public var channelCount: Int {
    switch self {
    case .lab: 3
    case .grey: 1
    case .flow: 2
    }
  }

  /// The features `[C, 1, T, H, W]` of T frames of one size, float32.
  /// - Parameters:
  ///   - forward: the flow from each frame to the next, `[1, T, H, W, 2]`; only `flow` needs it.
  ///   - backward: the flow from each frame to the one before, `[1, T, H, W, 2]`.
  public func callAsFunction(_ frames: [Image], forward: Tensor? = nil, backward: Tensor? = nil) -> Tensor {
    switch self {
    case .lab: return Self.channelsFirst(frames.map { $0.labTensor() })
    case .grey: return Self.channelsFirst(frames.map { $0.converted(to: .grey).tensor() })
    case .flow:
      guard let forward, let backward else { preconditionFailure("SpectralFeatures.flow: no flows given") }
      return .stack(
        [forward, backward].map { flow in
          let magnitude = flow.norm(-1), low = magnitude.min().item, range = magnitude.max().item - low
          return 0.05 + 0.9 * (magnitude - low) / (range > 0 ? range : 1)
        })
    }
  }

  /// Images `[H, W, C]` as channels of a video `[C, 1, T, H, W]`.
  private static func channelsFirst(_ images: [Tensor]) -> Tensor {
    Tensor.stack(images.map { $0.permuted(2, 0, 1) }, axis: 1).expandingAxis(1)
  }
}
