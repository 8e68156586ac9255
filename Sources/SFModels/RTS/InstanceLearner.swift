import Tensor
import Vision

/// The instance branch as it tracks: its memory D_c and the filter κ learned from it (RTS, §3.3 and §3.6).
struct InstanceLearner: Sendable {
  private let network: RTS
  private let options: RTSTracker.Options
  private var memory: SampleMemory<Sample>
  private var filters: Tensor

  /// What is remembered of a frame.
  private struct Sample: Sendable {
    let features: Tensor
    let labels: Tensor
  }

  /// Where the scores are highest.
  struct Peak {
    /// The highest score: near 1 where the target is seen.
    let score: Double
    /// Its place, in pixels of what the network sees.
    let place: Point
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

  /// What is seen in a search region of some scale.
  func sighting(_ image: Image, _ search: SearchRegion, scale: Double) -> Sighting {
    let features = network.features(search.image(image).tensor().expandingAxis(0)).instance
    return Sighting(search: search, features: features, peak: peak(scores(features)), scale: scale)
  }

  /// The highest of scores, interpolated between the cells.
  func peak(_ scores: Tensor) -> Peak {
    let factor = 8
    let fine = scores.upsampled2d(by: factor, interpolation: .cubic)
    let index = Int(fine.flattened().argmax().item)
    let columns = fine.shape[2]
    func cell(_ position: Int) -> Double { (Double(position) + 0.5) / Double(factor) - 0.5 }
    return Peak(
      score: fine.max().item,
      place: network.instance.place(row: cell(index / columns), column: cell(index % columns)))
  }

  /// Remembers a frame in whose features the target is centred at a place.
  mutating func remember(_ features: Tensor, center: Point) {
    memory.add(Sample(features: features, labels: Self.labels(network, center)))
  }

  /// Fits κ to the memory.
  mutating func learn(steps: Int) {
    let problem = network.instance.problem(
      samples: memory.stacked(\.features), labels: memory.stacked(\.labels), importance: memory.importance)
    filters = problem.steepestDescent(from: filters, steps: steps).last!
  }
}
