import Foundation
import Tensor

/// Loads batches ahead of the training step, on a thread of its own and in a reproducible order.
///
/// The order of an epoch and every sample's random numbers depend on the seed, the epoch and the sample's
/// index alone, never on timing: a run resumed at epoch `k` sees the batches it would have seen.
///
/// ```swift
/// let loader = DataLoader(count: samples.count, batchSize: 4, seed: 1) { index, step, generator in
///   try samples.training(index, step: step, using: &generator)
/// } collate: { Batch($0) }
/// let batches = loader.batches(epoch: 0)
/// while let batch = try batches.next() { … }
/// ```
public struct DataLoader<Sample: Sendable, Batch: Sendable>: Sendable {
  /// Loads one sample: its index in `0..<count`, the step its batch is trained at (batches since the start
  /// of epoch 0), and a random generator of its own.
  public typealias Load =
    @Sendable (_ index: Int, _ step: Int, _ generator: inout SeededGenerator) throws -> Sample

  /// The number of samples of an epoch.
  public let count: Int
  /// The number of samples of a batch; an epoch's last batch holds what is left.
  public let batchSize: Int
  /// Whether each epoch has an order of its own; otherwise samples come by index.
  public let isShuffled: Bool
  /// What the order and every sample's generator are derived from.
  public let seed: UInt64
  /// How many finished batches wait for the consumer at most.
  public let ahead: Int

  let load: Load
  let collate: @Sendable ([Sample]) throws -> Batch

  /// A loader of `count` samples; `collate` makes a batch of `batchSize` of them.
  public init(
    count: Int, batchSize: Int, isShuffled: Bool = true, seed: UInt64, ahead: Int = 2,
    load: @escaping Load, collate: @escaping @Sendable ([Sample]) throws -> Batch
  ) {
    require(
      count >= 0 && batchSize > 0 && ahead > 0,
      "DataLoader: count \(count), batchSize \(batchSize) and ahead \(ahead) must be positive")
    self.count = count
    self.batchSize = batchSize
    self.isShuffled = isShuffled
    self.seed = seed
    self.ahead = ahead
    self.load = load
    self.collate = collate
  }

  /// The number of batches of an epoch.
  public var batchCount: Int { (count + batchSize - 1) / batchSize }

  /// The order in which an epoch visits the samples.
  public func order(epoch: Int) -> [Int] {
    guard isShuffled else { return Array(0..<count) }
    var generator = epochGenerator(epoch).fork(-1)
    return (0..<count).shuffled(using: &generator)
  }

  /// Starts loading an epoch's batches, from batch `first` on where a run resumes within it.
  public func batches(epoch: Int, from first: Int = 0) -> Batches<Batch> {
    Batches(ahead: ahead) { queue in
      let order = self.order(epoch: epoch)
      for batch in min(first, batchCount)..<batchCount {
        var samples: [Sample] = []
        for index in order[batch * batchSize..<min(count, (batch + 1) * batchSize)] {
          if queue.isCancelled { return }
          var generator = epochGenerator(epoch).fork(index)
          samples.append(try load(index, epoch * batchCount + batch, &generator))
        }
        queue.put(try collate(samples))
      }
    }
  }

  private func epochGenerator(_ epoch: Int) -> SeededGenerator {
    SeededGenerator(seed: seed).fork(epoch)
  }
}

/// The batches of one epoch, as they become ready. Used from one thread; letting go of it, or `cancel()`,
/// ends the loading after the sample in work.
public final class Batches<Batch: Sendable> {
  /// Seconds spent in `next()` so far: how long training waited for data.
  public private(set) var secondsWaited = 0.0

  private let queue: BatchQueue<Batch>

  init(ahead: Int, producer: @escaping @Sendable (BatchQueue<Batch>) throws -> Void) {
    let queue = BatchQueue<Batch>(capacity: ahead)
    self.queue = queue
    let thread = Thread {
      do {
        try Threads.serially { try producer(queue) }
        queue.close(with: nil)
      } catch {
        queue.close(with: error)
      }
    }
    thread.name = "data loader"
    thread.start()
  }

  deinit { queue.cancel() }

  /// The next batch; nil at the epoch's end or once cancelled.
  ///
  /// An error in loading or collating is thrown here, at its place in the order, and ends the epoch.
  public func next() throws -> Batch? {
    let start = ContinuousClock.now
    defer { secondsWaited += (ContinuousClock.now - start) / .seconds(1) }
    return try queue.take()
  }

  /// Ends the loading early.
  public func cancel() { queue.cancel() }
}

/// A bounded queue between the loading thread and the consumer. Its lock guards all of its state.
final class BatchQueue<Batch: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var ready: [Batch] = []
  private var isClosed = false
  private var error: (any Error)?

  init(capacity: Int) { self.capacity = capacity }

  var isCancelled: Bool { locked { isClosed } }

  /// Adds a batch as soon as there is room; drops it when the consumer has gone.
  func put(_ batch: Batch) {
    locked {
      while ready.count == capacity && !isClosed { condition.wait() }
      if !isClosed { ready.append(batch) }
    }
  }

  func take() throws -> Batch? {
    try locked {
      while ready.isEmpty && !isClosed { condition.wait() }
      if !ready.isEmpty { return ready.removeFirst() }
      if let error {
        self.error = nil
        throw error
      }
      return nil
    }
  }

  /// The producer's end: what is ready can still be taken.
  func close(with error: (any Error)?) {
    locked {
      if !isClosed { self.error = error }
      isClosed = true
    }
  }

  /// The consumer's end: nothing more is taken.
  func cancel() {
    locked {
      isClosed = true
      error = nil
      ready.removeAll()
    }
  }

  private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return try body()
  }
}
