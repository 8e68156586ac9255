import Tensor
import Vision

/// The instance branch as it tracks: its memory D_c and the filter κ learned from it (RTS, §3.3 and §3.6).
struct InstanceLearner: Sendable {
  private let network: RTS
  private let options: RTSTracker.Options
  private var memory: SampleMemory<Sample>
  private var filters: Tensor

  /// Left to itself it learns in every so-many-th frame, and where something else scores this share of the target's.
  private static let interval = 10, hardness = 0.4

  /// What is remembered of a frame.
  private struct Sample: Sendable {
    let features: Tensor
    let labels: Tensor
  }

  /// Learns the target from the first frame: what the network sees of it, and the target's box there.
  init(_ network: RTS, _ image: Image, _ box: Box, _ options: RTSTracker.Options) {
    (self.network, self.options) = (network, options)
    let variants = options.firstSamples.variants(
      image, center: Point(box.centerX, box.centerY), move: 2 * network.instance.stride)
    let samples = variants.map { variant in
      let features = network.features(variant.image.tensor().expandingAxis(0)).instance
      return Sample(features: features, labels: Self.labels(network, variant.center))
    }
    memory = SampleMemory(samples, capacity: options.instanceMemory, rate: options.instanceRate)
    filters = network.instance.initialFilters(samples[0].features, boxes: [box])
    learn(steps: options.firstInstanceSteps)
  }

  private static func labels(_ network: RTS, _ center: Point) -> Tensor {
    let (height, width) = network.inputSize
    return network.instance.label(
      center: center, deviation: network.labelDeviation, height: height, width: width
    ).expandingAxis(0)
  }

  /// T_κ(x_c): the scores `[1, H', W', 1]` of features x_c `[1, H, W, C]`.
  func scores(_ x: Tensor) -> Tensor {
    network.instance(x.expandingAxis(1), filters: filters).squeezed(axis: 1)
  }

  /// The highest of scores, interpolated between the cells.
  /// - Parameter target: the target's size in pixels of what the network sees.
  func peaks(_ scores: Tensor, target: Point) -> ScorePeaks {
    let factor = 8
    let fine = scores.upsampled2d(by: factor, interpolation: .cubic)
    let step = Double(network.instance.stride) / Double(factor)
    let half = 0.5 / Double(factor) - 0.5
    // The target and what is a tenth of it away are one (Danelljan et al. 2019).
    return ScorePeaks(
      fine.reshape(fine.shape[1], fine.shape[2]), origin: network.instance.place(row: half, column: half).x,
      step: step, neighbourhood: 1.1 * target)
  }

  /// Remembers a frame in whose features the target is centred at a place.
  mutating func remember(_ features: Tensor, center: Point) {
    memory.add(Sample(features: features, labels: Self.labels(network, center)))
  }

  /// Remembers a frame by what it shows itself; learns in each tenth, or at once where something else looks like the target.
  mutating func take(_ features: Tensor, _ peaks: ScorePeaks, frame: Int) {
    remember(features, center: peaks.place)
    if frame % Self.interval == 0 || peaks.areHard(from: Self.hardness) {
      learn(steps: options.instanceSteps)
    }
  }

  /// Fits κ to the memory.
  mutating func learn(steps: Int) {
    let problem = network.instance.problem(
      samples: memory.stacked(\.features), labels: memory.stacked(\.labels), importance: memory.importance)
    filters = problem.steepestDescent(from: filters, steps: steps).last!
  }
}
