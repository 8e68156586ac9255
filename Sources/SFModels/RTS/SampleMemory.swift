import Tensor

/// What a learner remembers of the frames so far, and how much each counts (RTS, §3.6; Danelljan et al. 2017, §3.3). A new
/// sample gets the share `rate` of the weight, and the others give way; the first frame's keep a quarter of it. Where the
/// memory is full the one that counts least, the oldest, is forgotten, but never the first frame's.
struct SampleMemory<Sample: Sendable>: Sendable {
  private(set) var samples: [Sample]
  /// How much each counts; they sum to 1.
  private(set) var weights: [Double]
  private let firstCount: Int
  private let capacity: Int
  private let rate: Double

  private static var firstShare: Double { 0.25 }

  /// A memory of the first frame, in one sample or several.
  init(_ first: [Sample], capacity: Int, rate: Double) {
    (samples, firstCount) = (first, first.count)
    (self.capacity, self.rate) = (max(capacity, first.count + 1), rate)
    weights = Array(repeating: 1 / Double(first.count), count: first.count)
  }

  /// Takes in another frame, with the share of the weight that new ones get unless told otherwise.
  mutating func add(_ sample: Sample, rate ownRate: Double? = nil) {
    let rate = ownRate ?? rate
    if samples.count == capacity {
      samples.remove(at: firstCount)
      weights.remove(at: firstCount)
    }
    samples.append(sample)
    let kept = weights.reduce(0, +)
    weights = weights.map { $0 / kept * (1 - rate) } + [rate]
    let first = weights[..<firstCount].reduce(0, +)
    if first < Self.firstShare {
      for index in weights.indices {
        weights[index] *= index < firstCount ? Self.firstShare / first : (1 - Self.firstShare) / (1 - first)
      }
    }
  }

  /// How much each sample counts, `[1, M]`.
  var importance: Tensor { Tensor(weights.map(Float.init), shape: [1, weights.count]) }

  /// One part of all samples, `[1, …]` of each, along a second axis: `[1, M, …]`.
  func stacked(_ part: (Sample) -> Tensor) -> Tensor { .stack(samples.map(part), axis: 1) }
}
