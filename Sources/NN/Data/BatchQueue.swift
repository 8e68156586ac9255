import Foundation

/// Where an epoch's batches lie between the threads that load them and the consumer, who takes them in order whichever
/// is ready first. Its lock guards all of its state.
final class BatchQueue<Batch: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  /// How many batches may have been begun and not yet taken.
  private let room: Int
  /// The next batch to be begun, the next to be taken, and the one past the last.
  private var (begun, taken, end): (Int, Int, Int)
  private var ready: [Int: Result<Batch, any Error>] = [:]

  init(_ batches: Range<Int>, room: Int) {
    self.room = room
    (begun, taken, end) = (batches.lowerBound, batches.lowerBound, batches.upperBound)
  }

  /// The number of the next batch to load, as soon as there is room for it; nil when nothing is left to do.
  func begin() -> Int? {
    locked {
      while begun < end && begun - taken >= room { condition.wait() }
      guard begun < end else { return nil }
      defer { begun += 1 }
      return begun
    }
  }

  /// Whether a batch that was begun will still be taken.
  func wants(_ batch: Int) -> Bool { locked { batch < end } }

  /// Puts a batch at its place, or the error that ends the epoch there.
  func put(_ result: Result<Batch, any Error>, at batch: Int) {
    locked {
      guard batch < end else { return }
      ready[batch] = result
      if case .failure = result { end = batch + 1 }
    }
  }

  /// The next batch as soon as it is there; nil past the last one.
  func take() -> Result<Batch, any Error>? {
    locked {
      while taken < end {
        if let result = ready.removeValue(forKey: taken) {
          taken += 1
          return result
        }
        condition.wait()
      }
      return nil
    }
  }

  /// Nothing more is taken.
  func cancel() {
    locked {
      end = min(end, taken)
      ready.removeAll()
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return body()
  }
}
