import Testing

@testable import Tensor

/// Operators on tensors of random shapes against the plainest loops there are. Small whole numbers keep every
/// result exact, in float32 as in float64.
@Suite struct RandomShapeTests {
  private struct Draw {
    var random: SeededGenerator

    init(_ seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func choice<Value>(_ values: [Value]) -> Value { values[random.integer(0..<values.count)] }

    /// Up to `rank` axes, and no more than some 100,000 elements.
    mutating func shape(rank: ClosedRange<Int>, sizes: [Int] = [1, 2, 3, 5, 8, 17, 64, 301]) -> Shape {
      var result: [Int] = []
      for _ in 0..<random.integer(rank.lowerBound..<rank.upperBound + 1) {
        let room = 100_000 / max(1, result.reduce(1, *))
        result.append(choice(sizes.filter { $0 <= max(1, room) }))
      }
      return Shape(result)
    }

    mutating func tensor(_ shape: Shape, _ dtype: DType) -> Tensor {
      Tensor(uniform: shape, in: -4..<5, dtype: dtype, seed: random.next()).floor()
    }
  }

  /// The tensor whose element at each multi-index is what the closure says.
  private func tensor(_ shape: Shape, _ element: ([Int]) -> Double) -> Tensor {
    var index = [Int](repeating: 0, count: shape.rank)
    let values = (0..<shape.elementCount).map { _ in
      let value = element(index)
      for axis in shape.indices.reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
      return value
    }
    return Tensor(values, shape: shape)
  }

  private func expectSame(_ found: Tensor, _ expected: Tensor, _ what: String) {
    #expect(found.shape == expected.shape && (found.to(.float64) .== expected).isAllTrue, "\(what)")
  }

  @Test(arguments: 1...25, [DType.float32, .float64])
  func broadcasting(_ seed: UInt64, _ dtype: DType) {
    var draw = Draw(seed)
    let target = draw.shape(rank: 0...5)
    func operand() -> Tensor {
      let kept = target.suffix(draw.random.integer(0..<target.rank + 1))
      return draw.tensor(Shape(kept.map { draw.random.bool(probability: 0.3) ? 1 : $0 }), dtype)
    }
    let (a, b) = (operand(), operand())
    let shape = Shape.broadcast(a.shape, b.shape)!
    let (x, y) = (a.array(of: Double.self), b.array(of: Double.self))
    let (aStrides, bStrides) = (plainStrides(a.shape, in: shape), plainStrides(b.shape, in: shape))
    let expected = tensor(shape) { index in
      x[zip(index, aStrides).reduce(0) { $0 + $1.0 * $1.1 }]
        - y[zip(index, bStrides).reduce(0) { $0 + $1.0 * $1.1 }]
    }
    expectSame(a - b, expected, "\(a.shape) - \(b.shape)")
    expectSame((a .< b).to(.float64), (expected .< 0).to(.float64), "\(a.shape) .< \(b.shape)")
    expectSame(.maximum(a, b) - .minimum(a, b), expected.abs(), "maximum, minimum")
    expectSame(.where(a .< b, b, a) - .where(a .< b, a, b), expected.abs(), "where")
  }

  private func plainStrides(_ shape: Shape, in target: Shape) -> [Int] {
    var (result, step) = ([Int](repeating: 0, count: target.rank), 1)
    for axis in shape.indices.reversed() {
      if shape[axis] != 1 { result[axis + target.rank - shape.rank] = step }
      step *= shape[axis]
    }
    return result
  }

  @Test(arguments: 1...25, [DType.float32, .float64])
  func reductions(_ seed: UInt64, _ dtype: DType) {
    var draw = Draw(seed &+ 1000)
    let x = draw.tensor(draw.shape(rank: 1...5), dtype)
    let axes = x.shape.indices.filter { _ in draw.random.bool() }
    var groups = [Int: [Double]]()
    var kept = x.shape
    for axis in axes { kept[axis] = 1 }
    let strides = plainStrides(kept, in: x.shape)
    let values = x.array(of: Double.self)
    var position = 0
    _ = tensor(x.shape) { index in
      groups[zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }, default: []].append(values[position])
      position += 1
      return 0
    }
    func expected(_ body: ([Double]) -> Double) -> Tensor {
      Tensor((0..<kept.elementCount).map { body(groups[$0]!) }, shape: kept)
    }
    let name = "of \(x.shape) over \(axes)"
    expectSame(x.sum(axis: axes, keepingAxes: true), expected { $0.reduce(0, +) }, "sum \(name)")
    if let axis = axes.first, axes.count == 1 {
      expectSame(x.max(axis: axis, keepingAxes: true), expected { $0.max()! }, "max \(name)")
      expectSame(x.min(axis: axis, keepingAxes: true), expected { $0.min()! }, "min \(name)")
      expectSame(
        x.argmax(axis: axis).reshape(kept), expected { Double($0.firstIndex(of: $0.max()!)!) },
        "argmax \(name)"
      )
      expectSame(
        x.cumulativeSum(axis: axis).gather(Tensor([Int32(x.shape[axis] - 1)]), axis: axis),
        expected { $0.reduce(0, +) },
        "the end of cumulativeSum \(name)")
    }
  }

  @Test(arguments: 1...25, [DType.float32, .uint8])
  func permutationsAndSlices(_ seed: UInt64, _ dtype: DType) {
    var draw = Draw(seed &+ 2000)
    let x = draw.tensor(draw.shape(rank: 1...6), .float32).abs().to(dtype)
    let values = x.array(of: Double.self), strides = plainStrides(x.shape, in: x.shape)
    let order = Array(0..<x.rank).shuffled(using: &draw.random)
    let permuted = tensor(Shape(order.map { x.shape[$0] })) { index in
      values[zip(index, order).reduce(0) { $0 + $1.0 * strides[$1.1] }]
    }
    expectSame(x.permuted(order), permuted, "\(x.shape) permuted by \(order)")

    var walks: [(start: Int, step: Int, count: Int)] = []
    let indices: [AxisIndex] = x.shape.map { size in
      let step = draw.choice([1, 1, 2, 3, -1, -2])
      let (low, high) = (draw.random.integer(0..<size), draw.random.integer(0..<size))
      let (start, end) = step > 0 ? (min(low, high), max(low, high)) : (max(low, high), min(low, high))
      walks.append((start, step, (end - start) / step + 1))
      return .walk(from: start, to: end == 0 && step < 0 ? nil : end + step.signum(), by: step)
    }
    let slice = tensor(Shape(walks.map(\.count))) { index in
      values[index.indices.reduce(0) { $0 + (walks[$1].start + index[$1] * walks[$1].step) * strides[$1] }]
    }
    let selection = Selection(x.shape, indices)
    expectSame(Kernel.copy(selection, of: x), slice, "\(x.shape), every \(walks)")
    expectSame(
      Kernel.copy(selection, of: Kernel.embed(Kernel.copy(selection, of: x), at: selection, in: x.shape)),
      slice,
      "there and back, \(walks)")
  }

  @Test(arguments: 1...25, [DType.float32, .float64])
  func matrixProducts(_ seed: UInt64, _ dtype: DType) {
    var draw = Draw(seed &+ 3000)
    let sizes = [1, 2, 3, 5, 16, 33]
    let (rows, inner, columns) = (draw.choice(sizes), draw.choice(sizes + [0, 200]), draw.choice(sizes))
    let (left, right) = (draw.random.bool(), draw.random.bool())
    let batch = draw.shape(rank: 0...2, sizes: [1, 2, 3])
    func stretched() -> [Int] {
      batch.suffix(draw.random.integer(0..<batch.rank + 1)).map {
        draw.random.bool(probability: 0.3) ? 1 : $0
      }
    }
    let a = draw.tensor(Shape(stretched() + (left ? [inner, rows] : [rows, inner])), dtype)
    let b = draw.tensor(Shape(stretched() + (right ? [columns, inner] : [inner, columns])), dtype)
    let product = a.matmul(b, transposed: left, otherTransposed: right)
    // Sums of products, stretched: [..., rows, inner, 1] × [..., 1, inner, columns].
    let plainA = left ? a.transposed() : a, plainB = right ? b.transposed() : b
    let expected = (plainA.expandingAxis(-1) * plainB.expandingAxis(-3)).sum(axis: -2)
    expectSame(product, expected.to(.float64), "\(a.shape) × \(b.shape), \(left), \(right)")
  }
}
