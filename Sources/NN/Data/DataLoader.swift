import Tensor

/// Loads batches ahead of the training step, on threads of its own and in a reproducible order.
///
/// The order of an epoch and every sample's random numbers depend on the seed, the epoch and the sample's
/// index alone, never on timing or on the number of threads: a run resumed at epoch `k` sees the batches it would have
/// seen.
///
/// ```swift
/// let loader = DataLoader(count: samples.count, batchSize: 4, workers: 2, seed: 1) { index, step, generator in
///   try samples.training(index, step: step, using: &generator)
/// } collate: { Batch($0) }
/// for batch in loader.batches(epoch: 0) {
///   train(on: try batch.get())
/// }
/// ```
public struct DataLoader<Sample: Sendable, Batch: Sendable>: Sendable {
  /// Loads one sample: its index in `0..<count`, the step its batch is trained at (batches since the start
  /// of epoch 0), and a random generator of its own. Random tensors without a seed are the sample's own too.
  public typealias Load =
    @Sendable (_ index: Int, _ step: Int, _ generator: inout SeededGenerator) throws -> Sample

  /// The number of samples there are.
  public let count: Int
  /// The number of samples of a batch; an epoch's last batch holds what is left.
  public let batchSize: Int
  /// Which samples an epoch visits.
  public let sampling: Sampling
  /// How many samples an epoch visits, over all shards.
  public let samplesPerEpoch: Int
  /// The part of each epoch that this loader takes.
  public let shard: Shard
  /// Whether samples at an epoch's end that make no whole batch are left out.
  public let dropLast: Bool
  /// How many threads load.
  public let workers: Int
  /// What the order and every sample's generator are derived from.
  public let seed: UInt64
  /// How many finished batches wait for the consumer at most, beside one that each thread holds.
  public let ahead: Int

  private let load: Load
  private let collate: @Sendable ([Sample]) throws -> Batch

  /// A loader of `count` samples.
  /// - Parameters:
  ///   - count: how many samples there are.
  ///   - batchSize: how many of them make a batch.
  ///   - sampling: which samples an epoch visits, and in which order.
  ///   - samplesPerEpoch: how many an epoch visits; `count` unless given. An epoch is what a schedule and a validation
  ///     go by: of data without end, or very many, it may be any part.
  ///   - shard: the part of each epoch to take. All shards have as many samples: where an epoch can't be divided, its
  ///     first samples come again at its end.
  ///   - dropLast: whether samples at an epoch's end that make no whole batch, in every shard, are left out.
  ///   - workers: how many threads load; they call `load` at the same time.
  ///   - seed: what every random number is derived from.
  ///   - ahead: how many finished batches wait at most, beside one that each thread holds.
  ///   - load: loads a sample.
  ///   - collate: makes a batch of samples.
  public init(
    count: Int, batchSize: Int, sampling: Sampling = .shuffled, samplesPerEpoch: Int? = nil,
    shard: Shard = .whole, dropLast: Bool = false, workers: Int = 1, seed: UInt64, ahead: Int = 2,
    load: @escaping Load, collate: @escaping @Sendable ([Sample]) throws -> Batch
  ) {
    let samplesPerEpoch = samplesPerEpoch ?? count
    require(
      count >= 0 && batchSize > 0 && workers > 0 && ahead > 0,
      "DataLoader: count \(count), batchSize \(batchSize), workers \(workers) and ahead \(ahead) must be positive"
    )
    require(
      samplesPerEpoch >= 0 && (count > 0 || samplesPerEpoch == 0),
      "DataLoader: epochs of \(samplesPerEpoch) of \(count) samples")
    sampling.check(count: count)
    (self.count, self.batchSize, self.sampling) = (count, batchSize, sampling)
    (self.samplesPerEpoch, self.shard, self.dropLast) = (samplesPerEpoch, shard, dropLast)
    (self.workers, self.seed, self.ahead) = (workers, seed, ahead)
    self.load = load
    self.collate = collate
  }

  /// The same epochs, of which this takes a part: each batch is divided among the shards. The batch size must be a multiple
  /// of their number.
  func divided(_ shard: Shard) -> DataLoader {
    DataLoader(
      count: count, batchSize: batchSize / shard.count, sampling: sampling, samplesPerEpoch: samplesPerEpoch,
      shard: shard, dropLast: dropLast, workers: workers, seed: seed, ahead: ahead, load: load,
      collate: collate)
  }

  /// The number of batches of an epoch, the same in every shard.
  public var batchCount: Int { (shardSize + batchSize - 1) / batchSize }

  /// The number of samples of this shard's epoch.
  private var shardSize: Int {
    dropLast
      ? samplesPerEpoch / (shard.count * batchSize) * batchSize
      : (samplesPerEpoch + shard.count - 1) / shard.count
  }

  /// The order in which an epoch visits the samples.
  public func order(epoch: Int) -> [Int] { visits(epoch).map(\.index) }

  private func visits(_ epoch: Int) -> [Visit] {
    let indices = sampling.indices(epoch: epoch, length: samplesPerEpoch, of: count, generator)
    var repetitions: [Int: Int] = [:]
    let all = (0..<shardSize * shard.count).map { place in
      let index = indices[place % indices.count]
      defer { repetitions[index, default: 0] += 1 }
      return Visit(index: index, repetition: repetitions[index] ?? 0)
    }
    return stride(from: shard.index, to: all.count, by: shard.count).map { all[$0] }
  }

  /// Starts loading an epoch's batches, from batch `first` on where a run resumes within it.
  public func batches(epoch: Int, from first: Int = 0) -> Batches<Batch> {
    let visits = visits(epoch)
    return Batches(min(first, batchCount)..<batchCount, workers: workers, ahead: ahead) { number, isWanted in
      var samples: [Sample] = []
      for visit in visits[number * batchSize..<min(visits.count, (number + 1) * batchSize)] {
        guard isWanted() else { throw CancellationError() }
        var generator = generator(epoch).fork(visit.index)
        if visit.repetition > 0 { generator = generator.fork(visit.repetition) }
        let sample = try work(seed: generator.fork(-1)) {
          try load(visit.index, epoch * batchCount + number, &generator)
        }
        samples.append(sample)
      }
      return try work(seed: generator(epoch).fork(-2).fork(number)) { try collate(samples) }
    }
  }

  private func generator(_ epoch: Int) -> SeededGenerator { SeededGenerator(seed: seed).fork(epoch) }
}

/// Runs a part of a thread's work, whose random tensors are its own.
private func work<Value>(seed generator: SeededGenerator, _ body: () throws -> Value) rethrows -> Value {
  var generator = generator
  let seed = generator.next()
  return try LoadingThreads.all.work { try withRandomSeed(seed, body) }
}
