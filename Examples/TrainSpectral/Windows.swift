import NN
import Tensor
import Vision

/// Windows of frames to learn from, with the truth of their middle frames.
struct WindowBatch: Sendable {
  /// `[N, T, H, W, C]` in [0, 1].
  let channels: Tensor
  /// `[N, H, W]`, 0 or 1.
  let truth: Tensor
}

/// The windows of videos: mirrored, run backwards, and cut to a common size, at random.
struct Windows: Sendable {
  private let videos: [ChannelVideo]
  private let height: Int, width: Int
  /// By video, the frames in which the object is seen: without it Focal-Dice has nothing to teach.
  private let frames: [[Int]]

  init(_ videos: [ChannelVideo]) {
    let seen = videos.map { video in video.truth.indices.filter { video.truth[$0].area > 0 } }
    self.videos = videos.indices.filter { !seen[$0].isEmpty }.map { videos[$0] }
    frames = seen.filter { !$0.isEmpty }
    height = videos.map { $0.channels.shape[1] }.min()!
    width = videos.map { $0.channels.shape[2] }.min()!
  }

  /// So many windows in each epoch, drawn anew, as many of each video.
  func loader(count: Int, batch: Int, seed: UInt64) -> DataLoader<WindowBatch, WindowBatch> {
    DataLoader(count: videos.isEmpty ? 0 : count, batchSize: batch, seed: seed) { index, _, generator in
      let video = index % videos.count
      let frame = frames[video][generator.integer(0..<frames[video].count)]
      return augmented(videos[video], frame, using: &generator)
    } collate: { samples in
      WindowBatch(channels: .stack(samples.map(\.channels)), truth: .stack(samples.map(\.truth)))
    }
  }

  private func augmented(
    _ video: ChannelVideo, _ frame: Int, using generator: inout SeededGenerator
  ) -> WindowBatch {
    let size = video.channels.shape
    let (top, left) = (
      generator.integer(0..<size[1] - height + 1), generator.integer(0..<size[2] - width + 1)
    )
    var channels = channelWindow(around: frame, of: video.channels)[
      .all, top..<top + height, left..<left + width]
    var truth = video.truth[frame].tensor().squeezed(axis: -1)[top..<top + height, left..<left + width]
    if generator.bool() { (channels, truth) = (channels.flipped(axis: 2), truth.flipped(axis: 1)) }
    if generator.bool() { channels = channels.flipped(axis: 0) }
    return WindowBatch(channels: channels.to(.float32) / 255, truth: truth)
  }
}
