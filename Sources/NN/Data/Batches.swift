import Foundation
import Tensor

/// The batches of one epoch, as they become ready, each as a `Result`: a sample that can't be loaded, or a batch that
/// can't be put together, is a failure at its place in the order, and the last element.
///
/// ```swift
/// for batch in loader.batches(epoch: 0) {
///   train(on: try batch.get())
/// }
/// ```
///
/// To be run through once, from one thread. Letting go of it, as a loop that is left early does, or `cancel()`, ends the
/// loading after the samples in work.
public final class Batches<Batch: Sendable>: Sequence, IteratorProtocol {
  /// Seconds spent in `next()` so far: how long training waited for data.
  public private(set) var secondsWaited = 0.0

  private let queue: BatchQueue<Batch>

  /// Loads batches of these numbers; `load` should throw soon once a batch is no longer wanted.
  init(
    _ numbers: Range<Int>, workers: Int, ahead: Int,
    load: @escaping @Sendable (_ number: Int, _ isWanted: () -> Bool) throws -> Batch
  ) {
    let queue = BatchQueue<Batch>(numbers, room: ahead + workers)
    self.queue = queue
    for _ in 0..<Swift.min(workers, numbers.count) {
      LoadingThreads.all.start {
        while let number = queue.begin() {
          queue.put(Result { try load(number) { queue.wants(number) } }, at: number)
        }
      }
    }
  }

  deinit { queue.cancel() }

  /// The next batch, or the error in its place; nil at the epoch's end, behind an error, and once cancelled.
  public func next() -> Result<Batch, any Error>? {
    let start = ContinuousClock.now
    defer { secondsWaited += (ContinuousClock.now - start) / .seconds(1) }
    return queue.take()
  }

  /// Ends the loading early.
  public func cancel() { queue.cancel() }
}
