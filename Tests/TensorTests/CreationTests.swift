import Testing

@testable import Tensor

@Suite struct CreationTests {
  @Test func literalsAndArrays() {
    let matrix: Tensor = [[1, 2, 3], [4, 5, 6]]
    #expect(matrix.shape == [2, 3])
    #expect(matrix.dtype == .float32)
    #expect(matrix.array() == [1, 2, 3, 4, 5, 6])
    let vector: Tensor = [0.5, -1]
    #expect(vector.shape == [2] && vector.array() == [0.5, -1])
    let integers = Tensor([1, 2, 3, 4] as [Int32], shape: [2, 2])
    #expect(integers.dtype == .int32 && integers.array(of: Int32.self) == [1, 2, 3, 4])
    #expect(Tensor([true, false]).dtype == .bool)
    #expect(Tensor(2.5).item == 2.5 && Tensor(2.5).shape == [])
    #expect(Tensor([] as [Float]).shape == [0])
  }

  /// As one writes them first.
  @Test func literalsAndArraysInCalls() {
    let mean = Tensor([0.485, 0.456, 0.406])
    #expect(mean.dtype == .float32 && mean.shape == [3] && mean.array() == [0.485, 0.456, 0.406])
    #expect(
      Tensor([-0.5, 1], shape: [2, 1]).shape == [2, 1] && Tensor([0.5, 1], shape: [1, 2]).dtype == .float32)
    let nested = Tensor([[1, 2], [3, 4], [5, 6]])
    #expect(nested.dtype == .float32 && nested.shape == [3, 2] && nested.array() == [1, 2, 3, 4, 5, 6])
    #expect(Tensor([[[0.5]], [[1]]]).shape == [2, 1, 1])
    let (labels, weights, rows) = ([2, 0, 1], [0.25, 0.5], [[1, 2], [3, 4]] as [[Float]])
    #expect(Tensor(labels).dtype == .int32 && Tensor([2, 0, 1]).array(of: Int.self) == labels)
    #expect(Tensor(labels, shape: [3, 1]).shape == [3, 1])
    #expect(Tensor(weights).dtype == .float64 && Tensor(weights).array(of: Double.self) == weights)
    #expect(
      Tensor(rows).shape == [2, 2] && Tensor(rows).dtype == .float32 && Tensor(rows).array() == [1, 2, 3, 4])
    #expect(Tensor([[true, false]]).dtype == .bool && Tensor([[Float]]()).shape == [0, 0])
    #expect(Tensor(labels.count).item == 3 && Tensor(Float(0.5)).dtype == .float32)
    #expect(Tensor(zerosLike: nested).array() == [Float](repeating: 0, count: 6))
    #expect(Tensor(onesLike: Tensor(labels)).dtype == .int32 && Tensor(onesLike: nested).mean().item == 1)
  }

  @Test func rangesAndFills() {
    #expect(Tensor(to: 5).array() == [0, 1, 2, 3, 4])
    #expect(Tensor(from: 1, to: 2, by: 0.25, dtype: .float64).array(of: Double.self) == [1, 1.25, 1.5, 1.75])
    #expect(Tensor(from: 3, to: 0, by: -1).array() == [3, 2, 1])
    #expect(Tensor(from: 3, to: 0).elementCount == 0)
    #expect(Tensor(linearFrom: 0, to: 1, count: 5).array() == [0, 0.25, 0.5, 0.75, 1])
    #expect(Tensor(linearFrom: 7, to: 9, count: 1).array() == [7])
    #expect(Tensor(2..<5).array(of: Int32.self) == [2, 3, 4])
    #expect(Tensor(identity: 2).array() == [1, 0, 0, 1])
    #expect(Tensor(repeating: 3, shape: [2], dtype: .uint8).array(of: UInt8.self) == [3, 3])
    for dtype in DType.allCases {
      #expect(Tensor(zeros: [3], dtype: dtype).array(of: Double.self) == [0, 0, 0])
      #expect(Tensor(ones: [3], dtype: dtype).array(of: Double.self) == [1, 1, 1])
    }
  }

  @Test func rawBytes() {
    let x = Tensor([1.5, -2] as [Double])
    let copy = x.withUnsafeBytes { Tensor(bytes: $0, shape: [2], dtype: .float64) }
    #expect(copy.array(of: Double.self) == [1.5, -2])
    var changed = copy
    changed.withUnsafeMutableBytes { $0.storeBytes(of: 9, as: Double.self) }
    #expect(changed.array(of: Double.self) == [9, -2])
    #expect(copy.array(of: Double.self) == [1.5, -2])
  }

  @Test func conversions() {
    let x: Tensor = [-1.7, 0, 0.4, 2.6]
    #expect(x.to(.int32).array(of: Int32.self) == [-1, 0, 0, 2])
    #expect(x.to(.bool).array(of: Bool.self) == [true, false, true, true])
    #expect(Tensor([0, 255] as [UInt8]).to(.float32).array() == [0, 255])
    #expect(Tensor([1 / 3.0]).to(.float32).to(.float64).item == Double(Float(1 / 3.0)))
    #expect(Tensor([true, false]).to(.float64).array(of: Double.self) == [1, 0])
    #expect(
      Tensor([Int32.max, Int32.min]).to(.float64).array(of: Double.self) == [2_147_483_647, -2_147_483_648])
  }

  @Test func copiesAreIndependent() {
    let original: Tensor = [1, 2, 3]
    var copy = original
    copy[0] = Tensor(9)
    copy += 1
    #expect(original.array() == [1, 2, 3])
    #expect(copy.array() == [10, 3, 4])
    var view = original.reshape(3, 1)
    #expect(
      original.reshape([-1, 1]).shape == view.shape && original.reshape(view.shape).shape == view.shape)
    view[1] = Tensor(7)
    #expect(original.array() == [1, 2, 3], "a reshaped tensor shares memory, not its fate")
    #expect(view.array() == [1, 7, 3])
  }

  @Test func assigningElementsOneByOneNeedsNoCopies() {
    var x = Tensor(zeros: [4])
    x[0] = Tensor(1)
    let address = x.withUnsafeBytes { $0.baseAddress }
    for i in 0..<4 { x[i] = Tensor(Double(i)) }
    #expect(x.withUnsafeBytes { $0.baseAddress } == address)
    #expect(x.array() == [0, 1, 2, 3])
  }

  /// Values aligned to more than 16 bytes crash in asynchronous functions, and in tests with arguments.
  @Test(arguments: [[2], [2, 3], []] as [Shape])
  func shapesAndTensorsPassThroughAsynchronousFunctions(_ shape: Shape) async {
    func doubled(_ x: Tensor, of shape: Shape) async -> Tensor {
      await Task.yield()
      return x.reshape(shape) * 2
    }
    let result = await doubled(Tensor(ones: shape), of: shape)
    #expect(result.shape == shape && (result .== 2).isAllTrue)
    #expect(MemoryLayout<Shape>.alignment <= 16)
  }
}
