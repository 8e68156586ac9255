import Evaluation
import Foundation
import Tensor
import Vision

/// A way to make one segmentation of a video's channels, and the threshold above which its values are the object.
struct Combination {
  let name: String
  /// The soft masks `[T, H, W]` of a video.
  let masks: (ChannelVideo) -> Tensor
  let threshold: Double

  /// The threshold is that with the best Jaccard index on the videos to choose by.
  init(_ name: String, on selection: [ChannelVideo], masks: @escaping (ChannelVideo) -> Tensor) {
    (self.name, self.masks) = (name, masks)
    let candidates = stride(from: 0.05, to: 0.96, by: 0.05).map { $0 }
    let scores = selection.map { video in
      let x = masks(video)
      return candidates.map { video.jaccard(x, above: $0) }
    }
    threshold = candidates.indices.max { a, b in scores.map { $0[a] }.mean < scores.map { $0[b] }.mean }
      .map { candidates[$0] }!
  }

  /// The soft masks with the threshold moved to ½, in two straight pieces.
  func balancedMasks(_ video: ChannelVideo) -> Tensor {
    let x = masks(video)
    return 0.5 * (Tensor.minimum(x, Tensor(threshold)) / threshold + (x - threshold).relu() / (1 - threshold))
  }

  /// J in percent: the mean over frames, then over videos.
  func jaccard(_ videos: [ChannelVideo]) -> Double {
    100 * videos.map { $0.jaccard(masks($0), above: threshold) }.mean
  }

  /// The mask of each frame.
  func segmentation(of video: ChannelVideo) -> [Mask] {
    let x = masks(video)
    return (0..<video.frameCount).map { Mask(x[$0], above: threshold) }
  }
}

/// The mean of the channels.
func meanMask(_ video: ChannelVideo) -> Tensor { video.values.mean(axis: -1) }

/// The median of the channels, pixel by pixel; of an even number the mean of the two in the middle.
func medianMask(_ video: ChannelVideo) -> Tensor {
  let count = video.channels.shape[-1]
  let sorted = video.values.sorted(axis: -1).values
  return 0.5 * (sorted[.all, .all, .all, (count - 1) / 2] + sorted[.all, .all, .all, count / 2])
}
