import Tensor
import Vision

/// The segmentation branch as it tracks: its memory D_s and the filters τ learned from it (RTS, §3.2 and §3.6).
struct SegmentationLearner: Sendable {
  private let network: RTS
  private var memory: SampleMemory<Sample>
  private var filters: Tensor

  /// What is remembered of a frame: x_s, E_θ(y) and W_θ(y).
  private struct Sample: Sendable {
    let features: Tensor
    let encodings: Tensor
    let weights: Tensor

    init(_ network: RTS, _ features: Tensor, _ mask: Tensor) {
      self.features = features
      (encodings, weights) = network.labelEncoder.encodings(mask)
    }
  }

  /// Learns the target from features x_s `[1, H, W, C]` of the first frame, and its mask `[1, H, W, 1]`.
  init(_ network: RTS, _ features: Tensor, _ mask: Tensor, _ options: RTSTracker.Options) {
    self.network = network
    memory = SampleMemory(
      [Sample(network, features, mask)], capacity: options.segmentationMemory, rate: options.segmentationRate)
    filters = network.segmentation.initialFilters(count: 1, like: features)
    learn(steps: options.firstSegmentationSteps)
  }

  /// T_τ(x_s): the mask's encodings `[1, H, W, D]` for features x_s `[1, H, W, C]`.
  func encodings(_ x: Tensor) -> Tensor {
    network.segmentation(x.expandingAxis(1), filters: filters).squeezed(axis: 1)
  }

  /// Remembers a frame of these features, with the probabilities of the target's pixels `[1, H, W, 1]`.
  mutating func remember(_ features: Tensor, probabilities: Tensor) {
    memory.add(Sample(network, features, probabilities))
  }

  /// Fits τ to the memory.
  mutating func learn(steps: Int) {
    let problem = network.segmentation.problem(
      samples: memory.stacked(\.features), encodings: memory.stacked(\.encodings),
      weights: memory.stacked(\.weights), importance: memory.importance)
    filters = problem.steepestDescent(from: filters, steps: steps).last!
  }
}
