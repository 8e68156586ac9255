import Foundation
import TestSupport
import Testing

@testable import Tensor

/// Each measures in a process of its own, where no other test allocates.
@Suite(.serialized) struct MemoryTests {
  @Test func everyOperatorGivesItsMemoryBack() async {
    await #expect(processExitsWith: .success) {
      for check in GradientTests.table {
        let inputs = check.values()
        func step() {
          _ = valueWithGradient(at: inputs) { x in
            check.body(x).reduce(Tensor(0, dtype: .float64)) { $0 + $1.sum() }
          }
        }
        step()  // fills caches
        let before = Memory.now
        step()
        #expect(Memory.now.liveBlocks == before.liveBlocks, "\(check)")
        #expect(Memory.now.liveBytes == before.liveBytes, "\(check)")
      }
    }
  }

  @Test func aTrainingStepGivesItsMemoryBack() async {
    await #expect(processExitsWith: .success) {
      // Each thread takes scratch memory while it works: how many blocks the cache ends up with would depend on
      // whether they ever worked at the same time.
      Threads.count = 1
      final class Weight: Sendable {}
      let owners = (Weight(), Weight(), Weight())
      let filter = Tensor(normal: [3, 3, 3, 8], standardDeviation: 0.2, seed: 1)
      let (scale, shift) = (Tensor(ones: [8]), Tensor(zeros: [8]))
      let images = Tensor(normal: [2, 16, 16, 3], seed: 2)
      func step() {
        let (loss, gradients) = valueWithGradient {
          let features = images.conv2d(filter.leaf(of: owners.0), padding: 1)
            .batchNorm(weight: scale.leaf(of: owners.1), bias: shift.leaf(of: owners.2), relu: true).output
          return features.maxPool2d(2).upsampled2d().sigmoid().mean()
        }
        #expect(loss.item.isFinite && gradients.count == 3)
      }
      step()
      let before = Memory.now
      for _ in 0..<5 { step() }
      #expect(Memory.now.liveBlocks == before.liveBlocks)
      #expect(Memory.now.liveBytes == before.liveBytes)
      #expect(Memory.now.cachedBytes == before.cachedBytes, "the steady state asks the system for nothing")
    }
  }

  @Test func aBodyThatThrowsGivesItsMemoryBack() async {
    await #expect(processExitsWith: .success) {
      struct Failure: Error {}
      let x = Tensor(ones: [100])
      let before = Memory.now.liveBlocks
      _ = try? valueWithGradient(at: [x]) { x in
        _ = x[0].exp().log()
        throw Failure()
      }
      #expect(Memory.now.liveBlocks == before)
    }
  }

  @Test func aLongChainNeitherOverflowsNorLeaks() async {
    await #expect(processExitsWith: .success) {
      @Sendable func check() {
        let before = Memory.now.liveBlocks
        do {
          let found = gradient(at: Tensor([1.0, 2])) { x in
            var y = x
            for _ in 0..<50_000 { y = (y * 0.5).sin() * 2 }
            return y.sum()
          }
          #expect(found.isFinite().isAllTrue && !(found .== 0).isAnyTrue)
        }
        do {
          // A chain that nobody asks a gradient of is dropped as a whole.
          _ = valueWithGradient(at: [Tensor(1)]) { x in
            var y = x[0]
            for _ in 0..<100_000 { y = y + 1 }
            return Tensor(0)
          }
        }
        #expect(Memory.now.liveBlocks == before)
      }
      check()
      await withCheckedContinuation { done in
        let thread = Thread {
          check()
          done.resume()
        }
        thread.stackSize = 512 << 10
        thread.start()
      }
    }
  }

  @Test func activationsAreFreedAsTheGradientFlows() async {
    await #expect(processExitsWith: .success) {
      let block = 1 << 20
      let x = Tensor(ones: [block / 4])
      var forward = 0
      let before = Memory.now.liveBytes
      Memory.resetPeak()
      _ = gradient(at: x) { x in
        var y = x
        for _ in 0..<50 { y = y.sin() }
        forward = Memory.now.liveBytes - before
        return y.sum()
      }
      #expect(forward >= 49 * block)
      #expect(Memory.now.peakBytes - before <= forward + 5 * block)
    }
  }

  @Test func inferenceKeepsNothing() async {
    await #expect(processExitsWith: .success) {
      let block = 1 << 20
      let x = Tensor(ones: [block / 4])
      let before = Memory.now.liveBytes
      Memory.resetPeak()
      var y = x
      for _ in 0..<50 { y = y.sin() }
      #expect(y.sum().item.isFinite)
      #expect(Memory.now.peakBytes - before <= 3 * block)
    }
  }
}
