import Tensor
import Testing

@Suite struct SelectionTests {
  @Test func uniqueSlices() {
    let x = Tensor([2, 1, 0, 5, 2, 1, 2, 0] as [Int32], shape: [4, 2])
    let (values, inverse, counts) = x.unique(axis: 0)
    #expect(values.shape == [3, 2] && values.array(of: Int32.self) == [0, 5, 2, 0, 2, 1])
    #expect(inverse.array(of: Int32.self) == [2, 0, 2, 1] && counts.array(of: Int32.self) == [1, 1, 2])
    let columns = Tensor([3, 1, 3, 1, 2, 1] as [Float], shape: [2, 3]).unique(axis: 1)
    #expect(columns.values.array() == [1, 3, 2, 1] && columns.counts.array(of: Int32.self) == [1, 2])
    let nothing = Tensor(zeros: [0, 2]).unique(axis: 0)
    #expect(nothing.values.shape == [0, 2] && nothing.counts.shape == [0])
  }

  @Test func countsInBins() {
    let labels = Tensor([3, 0, 3, 3] as [Int32], shape: [2, 2])
    #expect(labels.binCounts(5).array(of: Int32.self) == [1, 0, 0, 3, 0])
    let weights = Tensor([0.5, 2, 1, 0.25] as [Float], shape: [2, 2])
    #expect(labels.binCounts(4, weights: weights).array() == [2, 0, 0, 1.75])
  }

  /// As `torch.histc`.
  @Test func histogramsCountTheRangeWithItsEnd() {
    let x = Tensor([-0.1, 0, 0.24, 0.25, 0.5, 0.99, 1, 1.01, .nan] as [Float], shape: [3, 3])
    #expect(x.histogram(bins: 4, in: 0...1).array(of: Int32.self) == [2, 1, 1, 2])
    let levels = Tensor([0, 255, 255, 7] as [UInt8])
    #expect(levels.histogram(bins: 2, in: 0...255).array(of: Int32.self) == [2, 2])
  }

  @Test func cumulativeExtremesOfIntegers() {
    let x = Tensor([2, 5, 1, 7, 3] as [Int32])
    #expect(x.cumulativeMax(axis: 0).array(of: Int32.self) == [2, 5, 5, 7, 7])
    #expect(x.cumulativeMin(axis: 0, reversed: true).array(of: Int32.self) == [1, 1, 1, 3, 3])
    #expect(Tensor([1, 0, 2] as [UInt8]).cumulativeMin(axis: 0).array(of: UInt8.self) == [1, 0, 0])
  }

  @Test func windowsOfVolumesAreWhatConvolutionsRead() {
    let (x, filter) = (Tensor(normal: [2, 4, 5, 6, 3], seed: 1), Tensor(normal: [2, 3, 1, 3, 4], seed: 2))
    let windows = x.unfold3d([2, 3, 1], stride: [1, 2, 1], padding: [1, 1, 0], dilation: [1, 1, 2])
    let y = x.conv3d(filter, stride: [1, 2, 1], padding: [1, 1, 0], dilation: [1, 1, 2])
    let products = windows.flattened(from: 4).matmul(filter.reshape(18, 4))
    #expect((products - y).abs().max().item < 1e-4)
    let ones = Tensor(ones: windows.shape)
    let counts = ones.fold3d(
      time: 4, height: 5, width: 6, stride: [1, 2, 1], padding: [1, 1, 0], dilation: [1, 1, 2])
    #expect(
      (counts
        - gradient(at: x) {
          $0.unfold3d([2, 3, 1], stride: [1, 2, 1], padding: [1, 1, 0], dilation: [1, 1, 2]).sum()
        }).abs().max().item == 0)
  }

  @Test func slicesScatteredToOnePositionAreCombined() {
    let x = Tensor(zeros: [2, 2, 2]), values: Tensor = [[1, 8], [4, 2], [9, 9]]
    let positions = Tensor([0, 1, 0, 1, 1, 0] as [Int32], shape: [3, 2])
    let y = x.scatter(values, positions: positions, combining: .maximum)
    #expect(y.array() == [0, 0, 4, 8, 9, 9, 0, 0])
    #expect(x.scatter(values, positions: positions, combining: .mean)[0, 1].array() == [2.5, 5])
  }

  @Test func whereNothingIsScatteredTheTensorStays() {
    let x = Tensor([9, 9, 9] as [Float]), values = Tensor([1, 4, 2] as [Float])
    let places = Tensor([2, 0, 2] as [Int32])
    #expect(x.scatter(values, at: places, combining: .mean).array() == [4, 9, 1.5])
    #expect(x.scatter(values, at: places, combining: .maximum).array() == [4, 9, 2])
    #expect(x.scatter(values, at: places, combining: .minimum).array() == [4, 9, 1])
  }

  /// Against all assignments there are.
  @Test(arguments: [[1, 1], [2, 5], [5, 2], [4, 4], [6, 6], [3, 7]])
  func assignmentsCostLeast(_ size: [Int]) throws {
    for seed in 0..<20 {
      // Few different costs, so that many assignments tie.
      let costs = (Tensor(normal: Shape(size), dtype: .float64, seed: UInt64(seed)) * 2).round()
      let (rows, columns) = try costs.linearSumAssignment()
      let (r, c) = (rows.array(of: Int32.self), columns.array(of: Int32.self))
      #expect(r.count == size.min()! && Set(c).count == r.count && r == Set(r).sorted())
      let wide = size[0] > size[1] ? costs.transposed() : costs
      let all = wide.array(of: Double.self), width = wide.shape[1]
      func least(_ row: Int, _ free: Set<Int>) -> Double {
        row == wide.shape[0]
          ? 0 : free.map { all[row * width + $0] + least(row + 1, free.subtracting([$0])) }.min()!
      }
      let found = zip(r, c).map { costs[Int($0), Int($1)].item }.reduce(0, +)
      #expect(found == least(0, Set(0..<width)))
    }
  }

  @Test func nothingToAssign() throws {
    let (rows, columns) = try Tensor(zeros: [0, 3]).linearSumAssignment()
    #expect(rows.shape == [0] && columns.shape == [0])
    #expect(try Tensor(zeros: [3, 0]).linearSumAssignment().rows.shape == [0])
  }

  @Test func pairsOfInfiniteCostAreForbidden() throws {
    let x = Double.infinity
    let costs = Tensor([1, x, x, 2, 3, x, x, 0, x, x, 5, 9] as [Double], shape: [3, 4])
    #expect(try costs.linearSumAssignment().columns.array(of: Int32.self) == [0, 3, 2])
    let huge = Tensor([1.7e308, 1e308, -1.7e308, 1.7e308] as [Double], shape: [2, 2])
    #expect(try huge.linearSumAssignment().columns.array(of: Int32.self) == [1, 0])
    for infeasible in [costs[..<2, 2..<4], costs[.all, 1..<2].replacing(where: Tensor([true]), with: x)] {
      #expect(throws: AssignmentError.infeasible) { try infeasible.linearSumAssignment() }
    }
    for invalid in [Double.nan, -x] {
      var wrong = costs
      wrong[2, 1] = Tensor(invalid, dtype: .float64)
      #expect(throws: AssignmentError.invalidCost(row: 2, column: 1)) { try wrong.linearSumAssignment() }
    }
  }
}
