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

  /// The features `[1, T, H, W, C]` of T frames of one size, float32.
  /// - Parameters:
  ///   - frames: the images.
  ///   - forward: the T − 1 flows from each frame to the next; only `flow` needs them.
  ///   - backward: the T − 1 flows from each frame to the one before.
  public func callAsFunction(
    _ frames: [Image], forward: [FlowField] = [], backward: [FlowField] = []
  ) -> Tensor {
    switch self {
    case .lab: return Tensor.stack(frames.count) { frames[$0].labTensor() }.expandingAxis(0)
    case .grey:
      return Tensor.stack(frames.count) { frames[$0].converted(to: .grey).tensor() }.expandingAxis(0)
    case .flow:
      require(
        forward.count == frames.count - 1 && backward.count == forward.count,
        "SpectralFeatures.flow: \(frames.count) frames, \(forward.count) flows forward, \(backward.count) back"
      )
      let none = Tensor(zeros: [frames[0].height, frames[0].width])
      let magnitudes = [
        forward.map { $0.magnitude() } + [none], [none] + backward.map { $0.magnitude() },
      ]
      return .stack(
        magnitudes.map { frames in
          let magnitude = Tensor.stack(frames).expandingAxis(0)
          let low = magnitude.min().item, range = magnitude.max().item - low
          return 0.05 + 0.9 * (magnitude - low) / (range > 0 ? range : 1)
        }, axis: -1)
    }
  }
}
