import Evaluation
import Datasets
import Foundation
import Tensor
import Vision

/// A video with what several methods make of it.
struct ChannelVideo: Sendable {
  let name: String
  /// The methods' soft masks, `[T, H, W, C]`, uint8.
  let channels: Tensor
  /// The object's pixels in each frame.
  let truth: [Mask]
  /// The frames, of the masks' size.
  let image: @Sendable (_ frame: Int) throws -> Image
  /// The true optical flow from one frame to another, where it is known.
  let trueFlow: (@Sendable (_ frame: Int, _ other: Int) -> FlowField)?

  var frameCount: Int { truth.count }

  /// The soft masks in [0, 1].
  var values: Tensor { channels.to(.float32) / 255 }

  /// The same video with other channels, given in [0, 1].
  func replacingChannels(with values: Tensor) -> ChannelVideo {
    ChannelVideo(name: name, values: values, truth: truth, image: image, trueFlow: trueFlow)
  }

  /// A video of channels `[T, H, W, C]` in [0, 1], kept in eight bits.
  init(
    name: String, values: Tensor, truth: [Mask], image: @escaping @Sendable (Int) throws -> Image,
    trueFlow: (@Sendable (Int, Int) -> FlowField)? = nil
  ) {
    channels = (values * 255).round().to(.uint8)
    (self.name, self.truth, self.image, self.trueFlow) = (name, truth, image, trueFlow)
  }

  /// A synthetic video, its largest object and what simulated methods make of it.
  init(_ sequence: SyntheticSequence, methods: [SimulatedMethod], seed: UInt64) {
    let masks = sequence.objects.map { object in
      (0..<sequence.frameCount).map { sequence.mask($0, object: object) }
    }
    let areas = masks.map { $0.reduce(0) { $0 + $1.area } }
    let largest = areas.firstIndex(of: areas.max()!)!
    let volumes = masks.map { Tensor.stack($0.map { $0.tensor().squeezed(axis: -1) }) }
    let others = volumes.indices.filter { $0 != largest }.map { volumes[$0] }
    let channels = methods.map { $0.masks(truth: volumes[largest], others: others, seed: seed) }
    self.init(
      name: sequence.name, values: .stack(channels, axis: -1), truth: masks[largest],
      image: { sequence.image($0) }, trueFlow: { sequence.flow(from: $0, to: $1).flow })
  }

  /// The Jaccard index of a soft segmentation `[T, H, W]`: the mean over the frames.
  func jaccard(_ x: Tensor, above threshold: Double) -> Double {
    (0..<frameCount).map { Mask(x[$0], above: threshold).iou(truth[$0]) }.mean
  }
}
