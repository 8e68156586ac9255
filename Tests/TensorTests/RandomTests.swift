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
}
