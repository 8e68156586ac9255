import Foundation
import Testing

@testable import Tensor

/// Values and gradients at zero, at infinity, at what is not a number, and where squares or sums overflow.
@Suite struct EdgeTests {
  private let infinity = Double.infinity

  private func doubles(_ x: Tensor) -> [Double] { x.array(of: Double.self) }

  @Test(arguments: [0.5, 1, 1.5, 2, 3, 4, .infinity], [DType.float32, .float64])
  func normsOfZeroHaveNoSlope(_ order: Double, _ dtype: DType) {
    let x = Tensor([0, 0, 0, 1, 0, -2] as [Double], shape: [2, 3]).to(dtype)
    let slope = gradient(at: x) { $0.norm(axis: 1, order: order).sum() }
    #expect(slope[0].array() == [0, 0, 0] && slope[1, 1].item == 0 && slope.isFinite().isAllTrue)
    #expect(slope[1, 0].item > 0 || order == .infinity)
  }

  @Test func powersOfANormDontOverflow() {
    let large = Tensor([1e30, -1e30, 0] as [Float])
    for x in [large, large * 1e-30 * 1e-30] {
      #expect(abs(x.norm(order: 3).item / x.abs().max().item - cbrt(2)) < 1e-6)
      #expect(abs(gradient(at: x) { $0.norm(order: 3) }[0].item - pow(2, -2 / 3)) < 1e-6)
    }
    #expect(Tensor([infinity, 1]).norm(order: 3).item == infinity)
  }

  @Test func orderStatisticsPropagateNaN() {
    let x = Tensor([1, .nan, 3, 1, 2, 3] as [Float], shape: [2, 3])
    for q in [0, 0.3, 0.5, 1] {
      #expect(x.quantile(q, axis: 1).isNaN().array(of: Bool.self) == [true, false], "\(q)")
    }
    #expect(x.median().item.isNaN && x.median(axis: 0).array().dropFirst(1).first!.isNaN)
  }

  @Test func quantilesBetweenInfinitiesAndFarValues() {
    #expect(Tensor([infinity, infinity]).median().item == infinity)
    #expect(Tensor([-infinity, -infinity, 0, 1]).quantile(0.2).item == -infinity)
    #expect(Tensor([-3e38, 3e38, 3e38] as [Float]).quantile(0.25).item == 0)
    #expect(Tensor([-1.5e308, 1.5e308] as [Double]).median().item == 0)
    #expect(Tensor([0.1, 0.1, 0.1] as [Double]).quantile(0.3).item == 0.1)
    #expect(gradient(at: Tensor([1, 1] as [Float])) { $0.median() }.array() == [0.5, 0.5])
  }

  /// Of 1…1000, where the product with a reciprocal is off in 135 cases.
  @Test(arguments: [DType.float32, .float64, .bfloat16])
  func quotientsAreRoundedOnce(_ dtype: DType) {
    for n in 1...1000 {
      let x = Tensor(Double(n), dtype: .float32).to(dtype)
      #expect((x / x.item).item == 1 && (x.item / x).item == 1 && (x / x).item == 1, "\(n)")
      #expect(Tensor(ones: [n], dtype: dtype).mean().item == 1, "\(n)")
      #expect(Tensor(ones: [n, 3], dtype: dtype).mean(axis: 0).array() == [1, 1, 1], "\(n)")
    }
    let few = Tensor([7, Float.leastNonzeroMagnitude, 0])
    #expect((few / 3).array() == [7 / 3, 0, 0])
    #expect((few / Double(Float.leastNonzeroMagnitude)).array() == [.infinity, 1, 0])
  }

  @Test(arguments: [3, 20, 700])
  func equalElementsShareASoftmaxExactly(_ n: Int) {
    #expect(Tensor(zeros: [2, n]).softmax().array().allSatisfy { $0 == 1 / Float(n) })
  }

  @Test(arguments: [1, 40], [DType.float32, .float64])
  func logSumExpOfInfinities(_ copies: Int, _ dtype: DType) {
    let rows: [[Double]] = [
      [infinity, 0], [infinity, infinity], [infinity, -infinity], [-infinity, 0], [-infinity, -infinity],
      [infinity, .nan], [.nan, 0],
    ]
    let x = Tensor(
      rows.flatMap { row in (0..<copies).flatMap { _ in row } }, shape: [rows.count, 2 * copies]
    )
    .to(dtype)
    let expected = [infinity, infinity, infinity, log(Double(copies)), -infinity, .nan, .nan]
    for y in [x.logSumExp(axis: 1), x.transposed().logSumExp(axis: 0)] {
      for (value, expected) in zip(doubles(y), expected) {
        #expect(value == expected || value.isNaN && expected.isNaN || abs(value - expected) < 1e-6)
      }
    }
    let slopes = gradient(at: x[..<5]) { $0.logSumExp(axis: 1).sum() }
    #expect(slopes.isFinite().isAllTrue && (slopes.sum(axis: 1) - 1).abs().max().item < 1e-6)
    #expect(abs(slopes[0, 0].item * Double(copies) - 1) < 1e-6 && slopes[0, 1].item == 0)
  }

  @Test func anglesHaveASlopeOrNone() {
    let y = Tensor([0, 1e-30, 3e30, 1, .infinity] as [Float])
    let x = Tensor([0, 1e-30, -4e30, .infinity, 1] as [Float])
    let (dy, dx) = gradient(at: y, x) { Tensor.atan2($0, $1).sum() }
    #expect(
      zip(dy.array(), [0, 5e29, -1.6e-31, 0, 0] as [Float]).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) })
    #expect(
      zip(dx.array(), [0, -5e29, -1.2e-31, 0, 0] as [Float]).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) })
  }

  @Test func quotientsOfSmallAndLargeNumbersHaveTheirSlopes() {
    let b = Tensor([1e-30, 1e30] as [Float])
    let slope = gradient(at: b) { (Tensor([1e-30, 1e30] as [Float]) / $0).sum() }
    #expect(zip(slope.array(), [-1e30, -1e-30] as [Float]).allSatisfy { abs($0 / $1 - 1) < 1e-6 })
    let other = gradient(at: b) { (1e-3 / $0).sum() }
    #expect(abs(other[1].item / -1e-63) < 1 && other[0].item == -.infinity)
  }

  /// Where the exponential is lost beside 1, and in bfloat16 long before.
  @Test(arguments: [DType.float32, .float64, .bfloat16])
  func slopesOfExponentialUnitsFallToZero(_ dtype: DType) {
    let x = Tensor([-8, -20, -100] as [Double]).to(dtype)
    let precision = dtype == .bfloat16 ? 1e-2 : 1e-5
    for (slopes, scale) in [
      (gradient(at: x) { $0.elu(alpha: 2).sum() }, 2), (gradient(at: x) { $0.celu(alpha: 1).sum() }, 1),
      (gradient(at: x) { $0.selu().sum() }, 1.7580993408473766),
    ] {
      for (slope, x) in zip(doubles(slopes).prefix(2), [-8.0, -20]) {
        #expect(abs(slope / (scale * exp(x)) - 1) < precision)
      }
      #expect(slopes[2].item < 1e-40)
    }
    #expect(Tensor([3e38] as [Float]).softplus(beta: 3).item == Double(3e38 as Float))
  }

  @Test func productsOfTheOthersAreSlopes() {
    let x = Tensor([1e30, 1e-30, 2, 0, 0, 3, 0, 4, 5] as [Float], shape: [3, 3])
    let slope = gradient(at: x) { $0.product(axis: 1).sum() }
    #expect(zip(slope[0].array(), [2e-30, 2e30, 1] as [Float]).allSatisfy { abs($0 / $1 - 1) < 1e-6 })
    #expect(slope[1...].array() == [0, 0, 0, 20, 0, 0])
    #expect(gradient(at: x.reshape(3, 1, 3)) { $0.product(axis: [0, 2]).sum() }.shape == [3, 1, 3])
  }

  @Test func variancesOfFewElements() {
    let x = Tensor([5] as [Float])
    #expect(
      x.variance().item == 0 && x.variance(correction: 1).item.isNaN && x.variance(correction: 2).item.isNaN)
    #expect(Tensor(zeros: [0]).variance().item.isNaN && Tensor(zeros: [0]).mean().item.isNaN)
  }

  @Test func deviationsWhoseSquaresAreOutOfRange() {
    let x: Tensor = [1, 2, 3, 6]
    let slope = gradient(at: x) { $0.standardDeviation() }
    for scale in [1e30, 1e-30] {
      #expect(abs((x * scale).standardDeviation().item / (x.standardDeviation().item * scale) - 1) < 1e-6)
      #expect((gradient(at: x * scale) { $0.standardDeviation() } - slope).abs().max().item < 1e-6)
    }
    #expect(gradient(at: Tensor(ones: [3])) { $0.standardDeviation() }.array() == [0, 0, 0])
    #expect(Tensor(ones: [1]).standardDeviation(correction: 1).item.isNaN)
  }

  @Test func remaindersFollowTheQuotientThatWasTaken() {
    let divisor = Tensor([0.001, -.infinity, .infinity] as [Float])
    let slope = gradient(at: divisor) { Tensor(ones: [3]).remainder($0).sum() }
    #expect(slope.array() == [-999, 1, 0])
  }

  @Test func linesEndWhereTheyShould() {
    for (count, ends) in [(50, (0.0, 1.0)), (7, (0.1, 0.3)), (1001, (-1.0, 2.2)), (2, (3.0, -3.0))] {
      let line = Tensor(linearFrom: ends.0, to: ends.1, count: count, dtype: .float64)
      #expect(line[0].item == ends.0 && line[-1].item == ends.1)
      let back = Tensor(linearFrom: -ends.1, to: -ends.0, count: count, dtype: .float64)
      let half = count / 2
      #expect(doubles(line).prefix(half) == doubles(-back.flipped(axis: 0)).prefix(half), "from either end")
    }
    let wide = Tensor(linearFrom: -1.7e308, to: 1.7e308, count: 3, dtype: .float64)
    #expect(doubles(wide) == [-1.7e308, 0, 1.7e308])
    #expect(Tensor(linearFrom: 0, to: 1, count: 0).shape == [0])
  }

  @Test func extremesScatteredPropagateNaN() {
    let x = Tensor(zeros: [2]), values = Tensor([1, .nan, 3, 2] as [Float])
    let indices = Tensor([0, 0, 1, 1] as [Int32])
    for (combination, expected) in [(ScatterCombination.maximum, 3.0), (.minimum, 2)] {
      let y = x.scatter(values, at: indices, combining: combination)
      #expect(y[0].item.isNaN && y[1].item == expected)
    }
  }

  @Test func dropoutOfEverythingLeavesZeros() {
    let x = Tensor([1, .infinity, .nan] as [Float])
    let (value, slopes) = valueWithGradient(at: [x]) { $0[0].dropout(1).sum() }
    #expect(value.item == 0 && slopes[0].array() == [0, 0, 0])
    #expect(x[..<2].dropout(1).array() == [1, .infinity])
  }
}
