import Foundation
import Synchronization
import Tensor
import Testing

@testable import NN

@Suite struct DataLoaderTests {
  /// Samples that show everything they may depend on, loaded at an uneven pace.
  private func loader(
    count: Int = 11, batchSize: Int = 4, sampling: Sampling = .shuffled, samplesPerEpoch: Int? = nil,
    shard: Shard = .whole, dropLast: Bool = false, workers: Int = 1, seed: UInt64 = 3, ahead: Int = 2
  ) -> DataLoader<String, [String]> {
    DataLoader(
      count: count, batchSize: batchSize, sampling: sampling, samplesPerEpoch: samplesPerEpoch, shard: shard,
      dropLast: dropLast, workers: workers, seed: seed, ahead: ahead
    ) { index, step, generator in
      if index % 3 == 0 { Thread.sleep(forTimeInterval: 0.002) }
      return "\(index)@\(step): \(generator.next()) \(Tensor(uniform: []).item)"
    } collate: {
      $0 + ["\(Tensor(uniform: []).item)"]
    }
  }

  private func all<Batch>(_ batches: Batches<Batch>) throws -> [Batch] { try batches.map { try $0.get() } }

  /// The samples' indices by batch.
  private func indices(_ loader: DataLoader<String, [String]>, epoch: Int = 0) throws -> [[Int]] {
    try all(loader.batches(epoch: epoch)).map { $0.dropLast().map { Int($0.prefix { $0 != "@" })! } }
  }

  @Test func everySampleComesOnceAndTheLastBatchHoldsTheRest() throws {
    let batches = try all(loader().batches(epoch: 2))
    let indices = try indices(loader(), epoch: 2)
    #expect(indices.map(\.count) == [4, 4, 3])
    #expect(indices.joined().sorted() == Array(0..<11))
    #expect(Array(indices.joined()) == loader().order(epoch: 2))
    #expect(batches[1].dropLast().allSatisfy { $0.contains("@7:") }, "the step counts batches from epoch 0")
  }

  @Test func epochsDifferAndARunResumedAtAnEpochRepeatsIt() throws {
    let first = try all(loader().batches(epoch: 0))
    let second = try all(loader().batches(epoch: 1))
    #expect(first != second)
    #expect(try all(loader(ahead: 1).batches(epoch: 1)) == second, "timing and queue length change nothing")
    #expect(try all(loader(seed: 4).batches(epoch: 1)) != second)
    #expect(try all(loader().batches(epoch: 1, from: 2)) == [second[2]])
    #expect(try all(loader().batches(epoch: 1, from: 3)).isEmpty)
  }

  @Test(arguments: [2, 3, 8]) func anyNumberOfWorkersGivesTheSameBits(_ workers: Int) throws {
    for sampling in [Sampling.shuffled, .weighted([1, 0, 2, 3, 1, 5, 0, 1, 1, 9, 1])] {
      let one = try all(loader(batchSize: 2, sampling: sampling).batches(epoch: 1))
      Tensor.randomState &+= 1
      #expect(try all(loader(batchSize: 2, sampling: sampling, workers: workers).batches(epoch: 1)) == one)
    }
  }

  @Test func workersLoadAtTheSameTime() throws {
    let inside = Counter()
    let loader = DataLoader(count: 3, batchSize: 1, workers: 3, seed: 0) { _, _, _ in
      inside.increment()
      return eventually { inside.value == 3 }
    } collate: {
      $0[0]
    }
    #expect(try all(loader.batches(epoch: 0)) == [true, true, true])
  }

  @Test func shardsTogetherAreTheWholeEpoch() throws {
    // 10 samples divide by 2, and 11 don't: the first comes again.
    for (count, batches) in [(10, 3), (11, 3)] {
      let whole = loader(count: count, batchSize: 4)
      let parts = (0..<2).map { loader(count: count, batchSize: 2, shard: Shard($0, of: 2)) }
      let shards = try parts.map { try indices($0, epoch: 1) }
      #expect(parts.allSatisfy { $0.batchCount == batches } && shards.allSatisfy { $0.count == batches })
      var expected = try indices(whole, epoch: 1)
      if count == 11 { expected[2].append(whole.order(epoch: 1)[0]) }
      for number in 0..<batches {
        #expect((shards[0][number] + shards[1][number]).sorted() == expected[number].sorted())
      }
    }
    #expect(
      try (0..<4).map { try indices(loader(count: 1, shard: Shard($0, of: 4))) } == [
        [[0]], [[0]], [[0]], [[0]],
      ])
    let sharded = try all(loader(batchSize: 2, shard: Shard(1, of: 2)).batches(epoch: 0)).joined()
    let whole = try Set(all(loader().batches(epoch: 0)).joined())
    #expect(sharded.count { whole.contains($0) } >= 5, "a sample is the same in a shard")
  }

  @Test func theLastBatchCanBeDropped() throws {
    #expect(try indices(loader(dropLast: true)).map(\.count) == [4, 4])
    #expect(try indices(loader(count: 3, dropLast: true)).isEmpty)
    for index in 0..<2 {
      let part = loader(batchSize: 2, shard: Shard(index, of: 2), dropLast: true)
      #expect(try part.batchCount == 2 && indices(part).map(\.count) == [2, 2])
    }
  }

  @Test func epochsOfAnotherLengthCutWholePasses() throws {
    let short = loader(samplesPerEpoch: 5)
    #expect(short.batchCount == 2)
    let row = (0..<11).flatMap { short.order(epoch: $0) }
    #expect(row.count == 55)
    for pass in 0..<5 { #expect(row[11 * pass..<11 * (pass + 1)].sorted() == Array(0..<11)) }
    #expect(Array(row.prefix(11)) == loader().order(epoch: 0))

    let long = try all(loader(sampling: .inOrder, samplesPerEpoch: 25).batches(epoch: 0)).flatMap {
      $0.dropLast()
    }
    #expect(
      long.count == 25 && Set(long.map { $0.split(separator: " ")[1] }).count == 25, "no random numbers twice"
    )
    #expect(loader(sampling: .inOrder, samplesPerEpoch: 4).order(epoch: 2) == [8, 9, 10, 0])
    #expect(loader(samplesPerEpoch: 0).batchCount == 0)
  }

  @Test func weightsSayHowOftenASampleComes() throws {
    let weights: [Double] = [0, 1, 0, 3, 6, 0]
    let loader = loader(count: 6, sampling: .weighted(weights), samplesPerEpoch: 20_000)
    let order = loader.order(epoch: 4)
    for (index, weight) in weights.enumerated() {
      let share = Double(order.count { $0 == index }) / 20_000
      // Four standard deviations at most.
      #expect(weight == 0 ? share == 0 : abs(share - weight / 10) < 0.015)
    }
    #expect(order == loader.order(epoch: 4) && order != loader.order(epoch: 5))
  }

  @Test func unshuffledSamplesComeByIndex() {
    #expect(loader(sampling: .inOrder).order(epoch: 5) == Array(0..<11))
  }

  @Test func anEmptyDataSetHasNoBatches() throws {
    #expect(loader(count: 0).batches(epoch: 0).next() == nil)
    #expect(loader(count: 0, sampling: .weighted([]), shard: Shard(1, of: 2)).batches(epoch: 3).next() == nil)
  }

  @Test(arguments: [1, 4]) func anErrorComesAtItsPlaceAndEndsTheEpoch(workers: Int) throws {
    struct Broken: Error, Equatable { let index: Int }
    let loader = DataLoader(count: 12, batchSize: 2, sampling: .inOrder, workers: workers, seed: 0) {
      index, _, _ in
      // The later error is met first.
      if index == 3 { Thread.sleep(forTimeInterval: 0.05) }
      if index == 3 || index == 6 { throw Broken(index: index) }
      return index
    } collate: {
      $0
    }
    let batches = loader.batches(epoch: 0)
    #expect(try batches.next()?.get() == [0, 1])
    #expect(throws: Broken(index: 3)) { try batches.next()?.get() }
    #expect(batches.next() == nil)
    #expect(throws: Broken(index: 3)) { try all(loader.batches(epoch: 0)) }
  }

  @Test func loadingRunsAheadButNoFurtherThanTheQueue() {
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
    _ = batches.next()
    #expect(eventually { loaded.value == 5 })
    #expect(batches.secondsWaited >= 0)
  }

  @Test(arguments: [true, false]) func stoppingEarlyEndsTheThread(byCancelling: Bool) {
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
      _ = batches.next()
      if byCancelling {
        batches.cancel()
        #expect(batches.next() == nil)
      }
    }
    #expect(eventually { alive == nil }, "the thread lets go of the loader's closures")
    #expect(loaded.value <= 10)
  }

  @Test func theThreadThatBeganAnEpochMayEnd() throws {
    // At its end the loading stops, as at that of the process, and goes on.
    let batches = Mutex<Batches<[String]>?>(nil)
    let thread = Thread { [loader = loader(workers: 2)] in
      batches.withLock { $0 = loader.batches(epoch: 0) }
    }
    thread.start()
    #expect(eventually { thread.isFinished })
    #expect(try all(#require(batches.withLock { $0 })) == all(loader().batches(epoch: 0)))
  }

  @Test func waitingIsTimed() {
    let loader = DataLoader(count: 1, batchSize: 1, seed: 0) { index, _, _ in
      Thread.sleep(forTimeInterval: 0.02)
      return index
    } collate: {
      $0
    }
    let batches = loader.batches(epoch: 0)
    _ = batches.next()
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
