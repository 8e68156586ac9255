import Testing

@testable import Tensor

/// Arithmetic wraps, sums and products are exact or stop, and what integers could only round is refused.
@Suite struct IntegerTests {
  private let most = Int32.max, least = Int32.min

  private func stops(
    _ words: String, _ result: ExitTest.Result?, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains(words), sourceLocation: sourceLocation)
  }

  @Test func arithmeticWraps() {
    #expect((Tensor([most]) + 1).array(of: Int32.self) == [least])
    #expect((-Tensor([least])).array(of: Int32.self) == [least])
    #expect(Tensor([100_000] as [Int32]).pow(2).array(of: Int32.self) == [1_410_065_408])
    #expect((Tensor([200] as [UInt8]) + Tensor([100] as [UInt8])).array(of: UInt8.self) == [44])
    #expect(Tensor([3] as [UInt8]).pow(6).array(of: UInt8.self) == [217])
  }

  @Test func sumsAreExact() {
    let x = Tensor([most, most, -most, -most, 7] as [Int32])
    #expect(x.sum().array(of: Int32.self) == [7])
    #expect(Tensor([most, least, 1] as [Int32], shape: [3, 1]).sum(axis: 0).array(of: Int32.self) == [0])
    // More than float64 counts in between.
    let many = Tensor.concatenate([
      Tensor(repeating: Double(most), shape: [1 << 22], dtype: .int32), Tensor([5] as [Int32]),
      Tensor(repeating: -Double(most), shape: [1 << 22], dtype: .int32),
    ])
    #expect(many.sum().array(of: Int32.self) == [5])
    #expect(
      Tensor(repeating: 255, shape: [1000, 300], dtype: .uint8).sum().array(of: Int32.self) == [76_500_000])
    let volume = (Tensor(0..<2 * 70 * 3 * 5) - 600).reshape(2, 70, 3, 5)
    for axes in [[0], [1], [3], [0, 2], [1, 3], [0, 1, 2, 3], []] {
      let expected = volume.to(.float64).sum(axis: axes, keepingAxes: true)
      #expect((volume.sum(axis: axes, keepingAxes: true).to(.float64) .== expected).isAllTrue, "\(axes)")
    }
    #expect(Tensor([true, false, true]).sum().array(of: Int32.self) == [2])
    #expect(Tensor(zeros: [0, 3], dtype: .uint8).sum(axis: 0).array(of: Int32.self) == [0, 0, 0])
  }

  @Test func productsAndScansAreExact() {
    #expect(Tensor([46_341, 46_340] as [Int32]).product().array(of: Int32.self) == [2_147_441_940])
    #expect(Tensor([most, most, 0, most] as [Int32]).product().array(of: Int32.self) == [0])
    #expect(
      Tensor(repeating: Double(most), shape: [50], dtype: .int32).setting(49, to: 0).product().item == 0)
    let bytes = Tensor([200, 100, 3] as [UInt8])
    #expect(bytes.cumulativeSum(axis: 0).array(of: Int32.self) == [200, 300, 303])
    #expect(bytes.cumulativeProduct(axis: 0, exclusive: true).array(of: Int32.self) == [1, 200, 20_000])
    #expect(Tensor([true, true]).cumulativeSum(axis: 0).array(of: Int32.self) == [1, 2])
  }

  @Test func whatDoesNotFitStops() async {
    stops(
      "sum: of int32, a result is out of int32's range",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor([2_000_000_000, 2_000_000_000] as [Int32]).sum()
      })
    stops(
      "product: a result is out of int32's range",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor([100_000, 100_000] as [Int32]).product()
      })
    stops(
      "cumulativeSum: a result is out of int32's range",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor([2_000_000_000, 2_000_000_000, -2_000_000_000] as [Int32]).cumulativeSum(axis: 0)
      })
    stops(
      "matmul: a result is out of uint8's range",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor([20] as [UInt8], shape: [1, 1]).matmul(Tensor([20] as [UInt8], shape: [1, 1]))
      })
    stops(
      "scatterAdd: a result is out of uint8's range",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor([200] as [UInt8]).scatterAdd(Tensor([100] as [UInt8]), at: Tensor([0] as [Int32]))
      })
    stops(
      "3000000000.0 is not a value of int32 tensors",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor(3e9, dtype: .int32)
      })
  }

  @Test func whatIntegersWouldRoundStops() async {
    stops(
      "mean: bool tensors hold no fractions; convert with to(.float32)",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor([true, false]).mean()
      })
    stops(
      "variance: int32",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor([1, 2] as [Int32]).variance()
      })
    stops(
      "median: uint8",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = Tensor([1, 2] as [UInt8]).median()
      })
    stops(
      "scatter: int32",
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let x = Tensor([1, 2] as [Int32])
        _ = x.scatter(x, at: Tensor([0, 0] as [Int32]), combining: .mean)
      })
  }

  @Test func logicTakesWhateverIsNotZeroForTrue() {
    let x = Tensor([0.5, 0, -3, .nan] as [Float])
    #expect((x .& Tensor([true])).array(of: Bool.self) == [true, false, true, true])
    #expect((x .| Tensor([false])).array(of: Bool.self) == [true, false, true, true])
    #expect((.!x).array(of: Bool.self) == [false, true, false, false])
    let opposed = Tensor([1, -1, 65_536] as [Int32])
    #expect((opposed .| -opposed).isAllTrue && (opposed .& opposed).isAllTrue)
  }

  @Test func largeIntegersFallIntoTheirOwnBins() {
    let x = Tensor([16_777_217, 16_777_216] as [Int32])
    #expect(x.histogram(bins: 2, in: 16_777_216...16_777_218).array(of: Int32.self) == [1, 1])
    #expect(
      Tensor(0..<10).histogram(bins: 10, in: 0...9).array(of: Int32.self) == .init(repeating: 1, count: 10))
  }
}

extension Tensor {
  fileprivate func setting(_ position: Int, to value: Double) -> Tensor {
    var result = self
    result[position] = Tensor(value, dtype: dtype)
    return result
  }
}
