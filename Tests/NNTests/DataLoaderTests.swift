import Foundation
import Synchronization
import Tensor
import Testing

@testable import NN

@Suite struct DataLoaderTests {
  /// Samples that show everything they may depend on, loaded at an uneven pace.
  private func loader(
    count: Int = 11, batchSize: Int = 4, isShuffled: Bool = true, seed: UInt64 = 3, ahead: Int = 2
  ) -> DataLoader<String, [String]> {
    DataLoader(count: count, batchSize: batchSize, isShuffled: isShuffled, seed: seed, ahead: ahead) {
      index, step, generator in
      if index % 3 == 0 { Thread.sleep(forTimeInterval: 0.002) }
      return "\(index)@\(step): \(generator.next())"
    } collate: {
      $0
    }
  }

  private func all<Batch>(_ batches: Batches<Batch>) throws -> [Batch] {
    var result: [Batch] = []
    while let batch = try batches.next() { result.append(batch) }
    return result
  }

  @Test func everySampleComesOnceAndTheLastBatchHoldsTheRest() throws {
    let batches = try all(loader().batches(epoch: 2))
    #expect(batches.map(\.count) == [4, 4, 3])
    let indices = batches.joined().map { Int($0.prefix { $0 != "@" })! }
    #expect(indices.sorted() == Array(0..<11))
    #expect(indices == loader().order(epoch: 2))
    #expect(batches[1].allSatisfy { $0.contains("@7:") }, "the step counts batches from epoch 0")
  }

  @Test func epochsDifferAndARunResumedAtAnEpochRepeatsIt() throws {
    let first = try all(loader().batches(epoch: 0))
    let second = try all(loader().batches(epoch: 1))
    #expect(first != second)
    #expect(try all(loader(ahead: 1).batches(epoch: 1)) == second, "timing and queue length change nothing")
    #expect(try all(loader(seed: 4).batches(epoch: 1)) != second)
  }

  @Test func unshuffledSamplesComeByIndex() {
    #expect(loader(isShuffled: false).order(epoch: 5) == Array(0..<11))
  }

  @Test func anEmptyDataSetHasNoBatches() throws {
    #expect(try loader(count: 0).batches(epoch: 0).next() == nil)
  }

  @Test func anErrorIsThrownAtItsPlaceAndEndsTheEpoch() throws {
    struct Broken: Error {}
    let loader = DataLoader(count: 6, batchSize: 2, isShuffled: false, seed: 0) { index, _, _ in
      if index == 3 { throw Broken() }
      return index
    } collate: {
      $0
    }
    let batches = loader.batches(epoch: 0)
    #expect(try batches.next() == [0, 1])
    #expect(throws: Broken.self) { try batches.next() }
    #expect(try batches.next() == nil)
  }

  @Test func loadingRunsAheadButNoFurtherThanTheQueue() throws {
    let loaded = Counter()
    let loader = DataLoader(count: 100, batchSize: 1, seed: 0, ahead: 3) { index, _, _ in
      loaded.increment()
      return index
    } collate: {
      $0
    }
    let batches = loader.batches(epoch: 0)
    // Three wait in the queue and a fourth is ready to follow.
    #expect(eventually { loaded.value == 4 })
    Thread.sleep(forTimeInterval: 0.05)
    #expect(loaded.value == 4)
    _ = try batches.next()
    #expect(eventually { loaded.value == 5 })
    #expect(batches.secondsWaited >= 0)
  }

  @Test(arguments: [true, false]) func stoppingEarlyEndsTheThread(byCancelling: Bool) throws {
    let loaded = Counter()
    weak var alive: Counter?
    do {
      let held = Counter()
      alive = held
      let batches = DataLoader(count: 1_000, batchSize: 2, seed: 0) { index, _, _ in
        held.increment()
        loaded.increment()
        return index
      } collate: {
        $0
      }.batches(epoch: 0)
      _ = try batches.next()
      if byCancelling {
        batches.cancel()
        #expect(try batches.next() == nil)
      }
    }
    #expect(eventually { alive == nil }, "the thread lets go of the loader's closures")
    #expect(loaded.value <= 10)
  }

  @Test func waitingIsTimed() throws {
    let loader = DataLoader(count: 1, batchSize: 1, seed: 0) { index, _, _ in
      Thread.sleep(forTimeInterval: 0.02)
      return index
    } collate: {
      $0
    }
    let batches = loader.batches(epoch: 0)
    _ = try batches.next()
    #expect(batches.secondsWaited > 0.005)
  }
}

private final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func increment() { count.withLock { $0 += 1 } }
}

/// Whether the condition comes to hold within ten seconds.
private func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<2_000 {
    if condition() { return true }
    Thread.sleep(forTimeInterval: 0.005)
  }
  return condition()
}
