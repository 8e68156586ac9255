import Foundation
import Testing

@testable import Tensor

@Suite struct RandomTests {
  @Test(arguments: [DType.float32, .float64])
  func sameSeedSameBits(_ dtype: DType) {
    let make: [(UInt64) -> Tensor] = [
      { Tensor(uniform: [1001], dtype: dtype, seed: $0) }, { Tensor(normal: [1001], dtype: dtype, seed: $0) },
      { Tensor(bernoulli: [1001], probability: 0.5, dtype: dtype, seed: $0) },
      { Tensor(permutation: 1001, seed: $0) },
    ]
    for make in make {
      #expect((make(7) .== make(7)).isAllTrue)
      #expect(!(make(7) .== make(8)).isAllTrue)
    }
    let long = Tensor(normal: [5000], dtype: dtype, seed: 3)
    #expect(
      (long[0..<100] .== Tensor(normal: [100], dtype: dtype, seed: 3)).isAllTrue, "the size changes no value")
  }

  @Test(arguments: [DType.float32, .float64])
  func distributions(_ dtype: DType) {
    let count = 200_000
    let uniform = Tensor(uniform: [count], in: -1..<3, dtype: dtype, seed: 1).to(.float64)
    #expect(uniform.min().item >= -1 && uniform.max().item < 3)
    #expect(abs(uniform.mean().item - 1) < 0.02)
    #expect(abs(uniform.variance().item - 16.0 / 12) < 0.02)
    let normal = Tensor(normal: [count], mean: 2, standardDeviation: 3, dtype: dtype, seed: 2).to(.float64)
    let standard = (normal - 2) / 3
    #expect(abs(standard.mean().item) < 0.01)
    #expect(abs(standard.squared().mean().item - 1) < 0.02)
    #expect(abs(standard.pow(3).mean().item) < 0.04)
    #expect(abs(standard.pow(4).mean().item - 3) < 0.1)
    let neighbours = standard[0..<(count - 1)] * standard[1..<count]
    #expect(abs(neighbours.mean().item) < 0.01)
    let streams =
      Tensor(normal: [count], dtype: .float64, seed: 10) * Tensor(normal: [count], dtype: .float64, seed: 11)
    #expect(abs(streams.mean().item) < 0.01, "neighbouring seeds give unrelated values")
    let coins = Tensor(bernoulli: [count], probability: 0.3, dtype: dtype, seed: 3).to(.float64)
    #expect(abs(coins.mean().item - 0.3) < 0.01)
    #expect(((coins .== 0) .| (coins .== 1)).isAllTrue)
    #expect(Tensor(bernoulli: [1000], probability: 0, seed: 1).sum().item == 0)
    #expect(Tensor(bernoulli: [1000], probability: 1, seed: 1).sum().item == 1000)
  }

  @Test func rangesLeaveOutTheirEnd() {
    // In float32 there are only 16 numbers between these bounds, so that rounding reaches the end.
    let x = Tensor(uniform: [100_000], in: 1e7..<1e7 + 16, seed: 5)
    #expect(x.min().item >= 1e7 && x.max().item < 1e7 + 16)
  }

  @Test func permutationsHoldEachNumberOnce() {
    let order = Tensor(permutation: 1000, seed: 9)
    #expect((order.sorted().values .== Tensor(0..<1000)).isAllTrue)
    #expect(!(order .== Tensor(0..<1000)).isAllTrue)
  }

  // MARK: The stream of a scope

  private func drawn() -> [Float] { Tensor(normal: [4]).array() + Tensor(uniform: [4]).array() }

  @Test func aSeededScopeRepeatsAndNests() {
    struct Failure: Error {}
    let first = withRandomSeed(7) { drawn() + drawn() }
    let (around, inside) = withRandomSeed(7) { () -> ([Float], [Float]) in
      let before = drawn()
      let inside = withRandomSeed(9) { drawn() }
      #expect(throws: Failure.self) { try withRandomSeed(1) { throw Failure() } }
      return (before + drawn(), inside)
    }
    #expect(first == around, "an inner scope takes nothing from it")
    #expect(inside == withRandomSeed(9) { drawn() } && inside != Array(first.prefix(8)))
    #expect(withRandomSeed(7) { [drawn(), drawn()].flatMap(\.self) } == first)

    // A state saved within goes on where it stood.
    let resumed = withRandomSeed(7) { () -> [Float] in
      let start = drawn(), state = Tensor.randomState
      _ = drawn()
      Tensor.randomState = state
      return start + drawn()
    }
    #expect(resumed == first)
  }

  @Test func aSeededScopeIsItsThreadsOwn() async {
    let expected = (0..<8).map { seed in withRandomSeed(UInt64(seed)) { drawn() + drawn() } }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          (0..<200).allSatisfy { step in
            withRandomSeed(UInt64(step % 8)) { drawn() + drawn() } == expected[step % 8]
          }
        }
      }
      for await correct in group { #expect(correct) }
    }
  }

  /// In a process of its own, where no other test draws from the shared stream.
  @Test func aSeededScopeLeavesTheSharedStreamAlone() async {
    await #expect(processExitsWith: .success) {
      Tensor.randomState = 42
      let expected = Tensor(normal: [4]).array()
      Tensor.randomState = 42
      withRandomSeed(7) { _ = Tensor(normal: [4]) }
      #expect(Tensor.randomState == 42 && Tensor(normal: [4]).array() == expected)
      #expect(withRandomSeed(42) { Tensor(normal: [4]).array() } == expected, "as randomState sets it")
    }
  }
}
