import Foundation
import Synchronization
import Tensor
import Testing

@Suite struct ConcurrentMapTests {
  private struct Refusal: Error, Equatable {
    let index: Int
  }

  @Test func givesResultsInOrder() {
    #expect(concurrentMap(100) { $0 * $0 } == (0..<100).map { $0 * $0 })
    #expect(concurrentMap(0) { $0 } == [])
  }

  @Test func throwsTheFirstError() {
    #expect(throws: Refusal(index: 3)) {
      try concurrentMap(20) { index throws(Refusal) in
        if index % 5 == 3 { throw Refusal(index: index) }
      }
    }
  }

  @Test func keepsToOneThreadWhereKernelsDo() {
    let threads = Mutex<Set<Thread>>([])
    Threads.serially {
      _ = concurrentMap(50) { _ in threads.withLock { _ = $0.insert(Thread.current) } }
    }
    #expect(threads.withLock { $0 } == [Thread.current])
  }

  @Test func recordsNothing() {
    let x = Tensor([1.0, 2, 3])
    let gradient = gradient(at: x) { x in
      let constants = concurrentMap(3) { x[$0] * x[$0] }
      return (x * Tensor.stack(constants)).sum()
    }
    #expect(gradient.array(of: Double.self) == [1, 4, 9])
  }

  @Test func stacksWhatItMakes() {
    let x = Tensor(from: 0, to: 24).reshape(4, 3, 2)
    #expect(Tensor.stack(4) { x[$0] }.array(of: Double.self) == x.array(of: Double.self))
  }

  @Test func stacksWithGradients() {
    let x = Tensor([1.0, 2, 3])
    let gradient = gradient(at: x) { x in Tensor.stack(3) { x[$0] * x[$0] }.sum() }
    #expect(gradient.array(of: Double.self) == [2, 4, 6])
  }
}
