import Foundation
import Testing

@testable import Tensor

/// What operators return, where gradients say nothing about it.
@Suite struct ValueTests {
  private let x = Tensor(0..<24).to(.float32).reshape(4, 6)

  @Test func subscripts() {
    #expect(x[1].array() == [6, 7, 8, 9, 10, 11])
    #expect(x[-1, -1].item == 23)
    #expect(x[1..<3, 2].array() == [8, 14])
    #expect(x[.all, 4...].shape == [4, 2])
    #expect(x[..<2, ...0].array() == [0, 6])
    #expect(x[2, .stride(by: -2)].array() == [17, 15, 13])
    #expect(x[0, .stride(from: 4, to: 1, by: -1)].array() == [4, 3, 2])
    #expect(x[0, .stride(from: 1, by: 3)].array() == [1, 4])
    #expect(x[0, -2 ... -1].array() == [4, 5])
    #expect(x[.newAxis, 1, .newAxis].shape == [1, 1, 6])
    #expect(x.reshape(2, 2, 6)[.ellipsis, 0].array() == [0, 6, 12, 18])
    #expect(x[2..<100].shape == [2, 6], "ranges are cut to the axis")
    #expect(x[3..<3].shape == [0, 6])
  }

  @Test func assignment() {
    var y = x
    y[1..<3, 0] = [-1, -2]
    y[0] = Tensor(5)
    y[3, .stride(by: -3)] = [70, 60]
    #expect(y[.all, 0].array() == [5, -1, -2, 18])
    #expect(y[0].array() == [5, 5, 5, 5, 5, 5])
    #expect(y[3].array() == [18, 19, 60, 21, 22, 70])
    y[0..<2] = y[1..<3]
    #expect(y[0, 0].item == -1 && y[1, 0].item == -2)
    #expect(x[0].array() == [0, 1, 2, 3, 4, 5])
  }

  /// Rows of different lengths go different ways.
  @Test(arguments: [1, 3, 20, 700, 3000])
  func reductionsOfRows(_ length: Int) {
    var x = Tensor(normal: [5, length], seed: 8)
    x[3, length / 2] = Tensor(.nan)
    x[4, 0] = Tensor(-.nan)
    let rows = (0..<5).map { x[$0].array() }
    func check(_ y: Tensor, _ expected: ([Float]) -> Double) {
      for (value, row) in zip(y.array(of: Double.self).prefix(3), rows) {
        #expect(abs(value - expected(row)) <= 1e-5 * Double(length))
      }
      #expect(y[3...].isNaN().isAllTrue)
    }
    check(x.max(axis: 1)) { Double($0.max()!) }
    check(x.min(axis: 1)) { Double($0.min()!) }
    check(x.sum(axis: 1)) { $0.reduce(0) { $0 + Double($1) } }
    check(x.norm(axis: 1, order: 1)) { $0.reduce(0) { $0 + Double(abs($1)) } }
    check(x.logSumExp(axis: 1)) { log($0.reduce(0) { $0 + exp(Double($1)) }) }
    check(x.softmax().max(axis: 1)) { row in 1 / row.reduce(0) { $0 + exp(Double($1) - Double(row.max()!)) } }
  }

  @Test func bytesWrap() {
    let x = Tensor([0, 7] as [UInt8])
    #expect((x - 1).array(of: UInt8.self) == [255, 6])
    #expect((x * -2).array(of: UInt8.self) == [0, 242])
  }

  @Test func uniqueElements() {
    let x = Tensor([2, 0, 2, 5, 0, 2] as [Int32], shape: [2, 3])
    let (values, inverse, counts) = x.unique()
    #expect(values.array(of: Int32.self) == [0, 2, 5] && counts.array(of: Int32.self) == [2, 3, 1])
    #expect(inverse.shape == x.shape && (values.gather(inverse) .== x).isAllTrue)
    #expect(Tensor([.nan, 1, .nan] as [Float]).unique().counts.array(of: Int32.self) == [1, 1, 1])
    #expect(Tensor(zeros: [0, 2]).unique().inverse.shape == [0, 2])
  }

  @Test func anyAndAllAlongAxes() {
    let x = Tensor([1, 0, 0, 0, 3, .nan] as [Float], shape: [3, 2])
    #expect(x.any(axis: 1).array(of: Bool.self) == [true, false, true])
    #expect(x.all(axis: 1).array(of: Bool.self) == [false, false, true])
    #expect(x.any(keepingAxes: true).shape == [1, 1] && x.any(axis: [0]).isAllTrue)
    #expect(Tensor(zeros: [2, 0]).all(axis: 1).isAllTrue && !Tensor(zeros: [2, 0]).any(axis: 1).isAnyTrue)
    #expect(
      (Tensor([true, true, false]) .^ Tensor([2, 0, 0] as [Int32])).array(of: Bool.self) == [
        false, true, false,
      ])
  }

  @Test(arguments: [DType.int32, .uint8, .bool])
  func labelsAreResizedAndPooled(_ dtype: DType) {
    let labels = Tensor([1, 0, 0, 1] as [Float], shape: [1, 2, 2, 1]).to(dtype)
    let large = labels.resized2d(height: 4, width: 4, interpolation: .nearest)
    #expect(large.dtype == dtype && (large.maxPool2d(2) .== labels).isAllTrue)
    #expect(
      (labels.upsampled2d(by: 3, interpolation: .nearestExact)[.all, .stride(by: 3), .stride(by: 3)]
        .== labels).isAllTrue)
  }

  @Test func comparisons() {
    let a = Tensor([1, 2, .nan] as [Float])
    let b = Tensor([2, 2, .nan] as [Float])
    #expect((a .< b).array(of: Bool.self) == [true, false, false])
    #expect((a .<= b).array(of: Bool.self) == [true, true, false])
    #expect((a .== b).array(of: Bool.self) == [false, true, false])
    #expect((a .!= b).array(of: Bool.self) == [true, false, true])
    #expect((a .> 1).array(of: Bool.self) == [false, true, false])
    #expect((a .>= 1).array(of: Bool.self) == [true, true, false])
    #expect((.!(a .> 1) .& (a .== 1)).array(of: Bool.self) == [true, false, false])
    #expect(((a .== 1) .| (a .== 2)).array(of: Bool.self) == [true, true, false])
    #expect(a.isNaN().array(of: Bool.self) == [false, false, true])
    #expect(Tensor([1, .infinity, .nan] as [Float]).isFinite().array(of: Bool.self) == [true, false, false])
    #expect((a .> 5).isAnyTrue == false && (a .< 3).isAnyTrue && !(a .< 3).isAllTrue)
    #expect((a.reshape(3, 1) .== b).shape == [3, 3])
  }

  @Test func numbersOfEveryType() {
    let (x, n, f) = (Tensor([1, 2, 4] as [Float]), 2, Float(0.5))
    #expect((x * n + n * x - n).array() == [2, 6, 14])
    #expect(
      (x / n).array() == [0.5, 1, 2] && (n / x).array() == [2, 1, 0.5] && (n - x).array() == [1, 0, -2])
    #expect(
      (x + f).array() == [1.5, 2.5, 4.5] && (f * x).array() == [0.5, 1, 2]
        && (x * .pi).array()[0] == Float(Double.pi))
    #expect(x.pow(n).array() == [1, 4, 16] && x.remainder(n).array() == [1, 0, 0])
    #expect(Tensor.maximum(x, n).array() == [2, 2, 4] && Tensor.minimum(x, 1.5).array() == [1, 1.5, 1.5])
    #expect(
      Tensor.where(x .> n, x, 0).array() == [0, 0, 4] && Tensor.where(x .> n, -1, x).array() == [1, 2, -1])
    #expect((x .== n).array(of: Bool.self) == [false, true, false] && (x .>= n).sum().item == 2)
    #expect((x .< f).isAnyTrue == false && (x .> -.infinity).isAllTrue)
    var y = x
    y *= n
    y -= n
    y /= f
    y += n
    #expect(y.array() == [2, 6, 14])
    #expect((Tensor([1, 2]) * n).array(of: Int.self) == [2, 4])
  }

  @Test func subscriptsByTensors() {
    var x = Tensor([[1, 2], [3, 4], [5, 6]])
    let rows = Tensor([2, 0, -1])
    #expect(x[rows].array() == [5, 6, 1, 2, 5, 6] && x[Tensor([1, 0], shape: [2, 1])].shape == [2, 1, 2])
    #expect(x[x .> 3].array() == [4, 5, 6] && x[Tensor([true, false, true])].array() == [1, 2, 5, 6])
    #expect(x[[1, -1]].array() == [3, 4, 5, 6])
    x[[0, 2]] = Tensor([[7, 8], [9, 10]])
    #expect(x.array() == [7, 8, 3, 4, 9, 10])
    x[Tensor([1, 0], shape: [1, 2])] = [-1, -2]
    #expect(x.array() == [-1, -2, -1, -2, 9, 10])
    x[x .< 0] = 0
    #expect(x.array() == [0, 0, 0, 0, 9, 10])
    x[Tensor([false, true, true])] = [1, 2]
    #expect(x.array() == [0, 0, 1, 2, 1, 2])
    x[x .== 1] = [5, 6]
    #expect(x.array() == [0, 0, 5, 2, 6, 2])
    x[Tensor([1])] = 7
    #expect(x.array() == [0, 0, 7, 7, 6, 2] && x[Tensor([] as [Int32])].shape == [0, 2])
    x[Tensor(zeros: [3], dtype: .bool)] = 1
    #expect(x.array() == [0, 0, 7, 7, 6, 2])
  }

  @Test func numbersInSubscripts() {
    var (x, n) = (Tensor([[1, 2], [3, 4]]), 9)
    x[0] = 0
    x[1, 0] = -0.5
    x[.all, 1] = n
    #expect(x.array() == [0, 9, -0.5, 9])
    let (y, k): (Float, Int) = (x[1, 0], x[0, 1])
    #expect(y == -0.5 && k == 9 && x[0, 1] > 8.5)
    var labels = Tensor([1, 2, 3])
    labels[1...] = 255
    n = labels[2]
    #expect(labels.array(of: Int.self) == [1, 255, 255] && n == 255)
  }

  @Test func closeness() {
    let x = Tensor([1, 0, .infinity, .nan, -.infinity, 3] as [Float])
    let y = Tensor([1.000005, 1e-9, .infinity, .nan, .infinity, .infinity] as [Float])
    #expect(x.isClose(to: y).array(of: Bool.self) == [true, true, true, false, false, false])
    #expect(x.isClose(to: y, relativeTolerance: 0, absoluteTolerance: 0).array(of: Bool.self)[0] == false)
    #expect(Tensor([1, 2]).isClose(to: Tensor([1, 2])).isAllTrue)
  }

  @Test func integersCompareWithFractions() {
    let numbers = Tensor([1, 2, 3] as [Int32])
    #expect((numbers .< 2.5).array(of: Bool.self) == [true, true, false])
    #expect((numbers .== 2.5).isAnyTrue == false)
    #expect(numbers.isFinite().isAllTrue && !numbers.isNaN().isAnyTrue)
  }

  @Test func integerArithmetic() {
    let a = Tensor([7, -7, 5] as [Int32])
    #expect((a / Tensor([2, 2, 0] as [Int32])).array(of: Int32.self) == [3, -3, 0])
    #expect((a * 2 - 1).array(of: Int32.self) == [13, -15, 9])
    #expect((-a).array(of: Int32.self) == [-7, 7, -5])
    #expect(a.abs().array(of: Int32.self) == [7, 7, 5])
    #expect(a.sum().item == 5 && a.max().item == 7 && a.min().item == -7)
    #expect(Tensor([200, 100] as [UInt8]).sum().item == 300)
  }

  @Test func argExtremes() {
    let x: Tensor = [[1, 5, 5], [4, -2, 0]]
    #expect(x.argmax().array(of: Int32.self) == [1, 0], "the first of equals")
    #expect(x.argmax(axis: 0).array(of: Int32.self) == [1, 0, 0])
    #expect(x.argmin(axis: -1).array(of: Int32.self) == [0, 1])
    #expect(Tensor([1, .nan, 3] as [Float]).argmax().item == 1, "NaN wins, as in NumPy and PyTorch")
    #expect(Tensor([1, .nan, -3] as [Float]).argmin().item == 1)
  }

  @Test func extremesPassNaNOn() {
    let x = Tensor([1, .nan, 3] as [Float])
    #expect(x.max().item.isNaN && x.min().item.isNaN)
    #expect(Tensor.maximum(x, Tensor(2)).array()[1].isNaN)
    #expect(x.relu().array()[1].isNaN)
    #expect(x.clamp(min: 0, max: 1).array()[1].isNaN)
  }

  @Test func sortingIsStable() {
    let keys = Tensor((0..<1000).map { Float($0 * 7919 % 10) })
    for descending in [false, true] {
      let (values, indices) = keys.sorted(descending: descending)
      let (v, i) = (values.array(), indices.array(of: Int32.self))
      #expect(
        zip(v.indices.dropFirst(), v.indices).allSatisfy { later, earlier in
          v[earlier] == v[later] ? i[earlier] < i[later] : (v[earlier] < v[later]) != descending
        })
      #expect(i.map { keys.array()[Int($0)] } == v)
    }
    let withNaN = Tensor([3, .nan, 1, -.infinity] as [Float])
    #expect(withNaN.sorted().indices.array(of: Int32.self) == [3, 2, 0, 1])
    #expect(withNaN.sorted(descending: true).indices.array(of: Int32.self) == [1, 0, 2, 3])
  }

  @Test func topKIsTheFrontOfTheSorted() {
    let x = Tensor(normal: [3, 50], seed: 4)
    for largest in [true, false] {
      let (values, indices) = x.topK(7, largest: largest)
      let sorted = x.sorted(descending: largest)
      #expect((values .== sorted.values[.all, 0..<7]).isAllTrue)
      #expect((indices .== sorted.indices[.all, 0..<7]).isAllTrue)
    }
  }

  @Test func reductions() {
    #expect(x.sum(axis: 0).array() == [36, 40, 44, 48, 52, 56])
    #expect(x.mean(axis: 1, keepingAxes: true).shape == [4, 1])
    #expect(x.mean().item == 11.5)
    #expect(x.variance(correction: 1).item == 50)
    #expect(Tensor([1, 3, 5, 7] as [Float]).standardDeviation().item == Double(Float(5.0.squareRoot())))
    #expect(Tensor([3, 4] as [Float]).norm().item == 5)
    #expect(x.max(axis: [0, 1]).item == 23)
    #expect(x[0..<2, 1...2].product().item == Double(1 * 2 * 7 * 8))
    #expect(
      Tensor([1000, 1000] as [Float]).logSumExp(axis: 0).item == Double(Float(1000 + 0.6931471805599453)))
    #expect(Tensor([-Float.infinity, -.infinity]).logSumExp(axis: 0).item == -.infinity)
    #expect(Tensor(zeros: [0, 3]).sum(axis: 0).array() == [0, 0, 0])
    let many = Tensor(repeating: 0.1, shape: [10_000_000])
    #expect(abs(many.sum().item / 1e6 - 1) < 1e-6, "summing many float32 keeps its accuracy")
  }

  @Test func shapes() {
    #expect(x.transposed()[1].array() == [1, 7, 13, 19])
    #expect(x.flipped(axis: 0)[0, 0].item == 18)
    #expect(Tensor.stack([x, x], axis: 1).shape == [4, 2, 6])
    #expect(Tensor.concatenate([x, x[0..<1]]).shape == [5, 6])
    #expect(x.split(into: 2, axis: 1)[1][0].array() == [3, 4, 5])
    #expect(Tensor([1, 2] as [Float]).tiled(2).array() == [1, 2, 1, 2])
    #expect(Tensor([1, 2] as [Float]).padded([(1, 2)], value: 9).array() == [9, 1, 2, 9, 9])
    #expect(Tensor([1, 0] as [Int32]).oneHot(classes: 3).array() == [0, 1, 0, 1, 0, 0])
    #expect(Shape.broadcast([2, 1, 3], [4, 1]) == [2, 4, 3])
    #expect(Shape.broadcast([2], [3]) == nil)
    #expect(Tensor(zeros: [1, 3, 1]).squeezed().shape == [3])
    #expect(Tensor(zeros: [0, 3]).reshape(-1, 3).shape == [0, 3])
  }

  /// Features far from 0 beside their spread: a variance found as the difference of two large sums would be lost.
  @Test func normalizationStandsLargeMeans() {
    let x = Tensor(normal: [4, 16, 16, 6], mean: 1000, standardDeviation: 1, seed: 3)
    let (weight, bias) = (Tensor(normal: [6], seed: 4), Tensor(normal: [6], seed: 5))
    let normalizations: [([Tensor]) -> Tensor] = [
      { $0[0].batchNorm(weight: $0[1], bias: $0[2]).output },
      { $0[0].groupNorm(groups: 2, weight: $0[1], bias: $0[2]) },
      { $0[0].layerNorm(weight: $0[1], bias: $0[2]) },
    ]
    for normalize in normalizations {
      func results(_ dtype: DType) -> [Tensor] {
        let (value, back) = pullback(at: [x, weight, bias].map { $0.to(dtype) }, normalize)
        return ([value] + back(Tensor(normal: value.shape, seed: 6).to(dtype))).map { $0.to(.float64) }
      }
      for (single, double) in zip(results(.float32), results(.float64)) {
        #expect((single - double).abs().max().item <= 2e-3 * double.abs().max().item)
      }
    }
    #expect(abs(x.variance().item / x.to(.float64).variance().item - 1) < 1e-4)
  }
}
