import CKernels

// Reductions over an axis or some (`axis: 1`, `axis: [1, 2]`), or over all where none is named. `keepingAxes` leaves them
// with size 1, so that the result broadcasts against the input. Sums and products of integers and truth values are exact,
// `int32`, and stop where a result is out of its range; what integers could only round (`mean`, `variance`, `norm`) they
// don't take.
extension Tensor {
  /// The sum.
  public func sum(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    let axes = shape.axes(axis)
    if !dtype.isFloatingPoint {
      return Tensor(
        Kernel.sumIntegers(self, axes: axes), viewedAs: shape.removing(axes, keepingAxes: keepingAxes))
    }
    return Kernel.reduce(ck_reduction_sum, self, axes: axes).reduced(from: self, axes, keepingAxes) {
      [shape] dy in dy.broadcast(to: shape)
    }
  }

  /// The mean.
  public func mean(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    requireFractions("mean")
    return throughFloat32 { x in
      x.sum(axis: axis, keepingAxes: keepingAxes) / Double(shape.axes(axis).reduce(1) { $0 * shape[$1] })
    }
  }

  /// The product.
  public func product(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    if !dtype.isFloatingPoint {
      let wide = detached().to(.float64).product(axis: axis, keepingAxes: keepingAxes)
      return Kernel.integers(wide, of: .int32, "product")
    }
    let axes = shape.axes(axis)
    let y = Kernel.reduce(ck_reduction_product, self, axes: axes)
    return y.reduced(from: self, axes, keepingAxes) { [x = self] dy in
      // The product of the others: of those before and of those behind.
      let order = x.shape.indices.filter { !axes.contains($0) } + axes
      let sides = x.permuted(order).flattened(from: x.rank - axes.count)
      let before = sides.cumulativeProduct(axis: -1, exclusive: true)
      let behind = sides.cumulativeProduct(axis: -1, exclusive: true, reversed: true)
      let others = (before * behind).reshape(Shape(order.map { x.shape[$0] }))
      return dy * others.permuted(order.indices.map { order.firstIndex(of: $0)! })
    }
  }

  /// The largest element; where several are, they share the gradient.
  public func max(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    extreme(ck_reduction_maximum, axis, keepingAxes)
  }

  /// The smallest element; where several are, they share the gradient.
  public func min(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    extreme(ck_reduction_minimum, axis, keepingAxes)
  }

  private func extreme(_ operation: ck_reduction, _ axis: (any Axes)?, _ keepingAxes: Bool) -> Tensor {
    if !dtype.isFloatingPoint {
      // By way of bytes where the extreme of nothing, which is infinite, has to be false for the largest.
      let y = to(.float64).extreme(operation, axis, keepingAxes)
      return dtype == .bool ? y.to(.uint8).to(.bool) : y.to(dtype)
    }
    let axes = shape.axes(axis)
    let y = Kernel.reduce(operation, self, axes: axes)
    return y.reduced(from: self, axes, keepingAxes) { [x = self] dy in
      let chosen = x .== y
      let share = dy / chosen.to(dy.dtype).sum(axis: axes, keepingAxes: true)
      return .where(chosen, share, 0)
    }
  }

  /// The variance: the mean squared distance from the mean, the sum divided by the count less `correction`, or by 0 where
  /// that is negative: of one element, with a correction of 1, it is not a number.
  public func variance(axis: (any Axes)? = nil, correction: Int = 0, keepingAxes: Bool = false) -> Tensor {
    requireFractions("variance")
    if dtype == .bfloat16 {
      return throughFloat32 { $0.variance(axis: axis, correction: correction, keepingAxes: keepingAxes) }
    }
    let axes = shape.axes(axis)
    let divisor = Double(Swift.max(axes.reduce(1) { $0 * shape[$1] } - correction, 0))
    let centred = centred(axes)
    let y = Kernel.reduce(ck_reduction_sum_of_squares, centred, axes: axes) / divisor
    return y.reduced(from: self, axes, keepingAxes) { dy in centred * (2 * dy / divisor) }
  }

  /// The standard deviation: the root of the variance, with a gradient of 0 where all elements are the same. PyTorch's
  /// `std` has a `correction` of 1.
  public func standardDeviation(
    axis: (any Axes)? = nil, correction: Int = 0, keepingAxes: Bool = false
  ) -> Tensor {
    requireFractions("standardDeviation")
    if dtype == .bfloat16 {
      return throughFloat32 {
        $0.standardDeviation(axis: axis, correction: correction, keepingAxes: keepingAxes)
      }
    }
    let axes = shape.axes(axis)
    let divisor = Double(Swift.max(axes.reduce(1) { $0 * shape[$1] } - correction, 0))
    let centred = centred(axes)
    let y = centred.detached().powerNorm(axes, 2) / divisor.squareRoot()
    return y.reduced(from: self, axes, keepingAxes) { dy, y in
      centred * (dy / (y * divisor).replacing(where: y .== 0, with: .infinity))
    }
  }

  /// The distances from the mean, known to a gradient's gradient. On the way back nothing comes through here: the distances
  /// add up to 0, so what the mean would take from a variance's gradient is 0.
  private func centred(_ axes: [Int]) -> Tensor {
    (detached() - detached().mean(axis: axes, keepingAxes: true)).recorded(
      edge { d in d - d.mean(axis: axes, keepingAxes: true) })
  }

  /// The p-norm (Σ|x|ᵖ)^(1/p), p being `order`: the Euclidean one unless told otherwise, the largest |x| where infinite.
  public func norm(axis: (any Axes)? = nil, order: Double = 2, keepingAxes: Bool = false) -> Tensor {
    require(order > 0, "norm: the order \(order) is not positive")
    requireFractions("norm")
    if order == 1 { return abs().sum(axis: axis, keepingAxes: keepingAxes) }
    if order == .infinity { return abs().max(axis: axis, keepingAxes: keepingAxes) }
    if dtype == .bfloat16 {
      return throughFloat32 { $0.norm(axis: axis, order: order, keepingAxes: keepingAxes) }
    }
    let axes = shape.axes(axis)
    let y =
      order == 2
      ? Kernel.reduce(ck_reduction_sum_of_squares, self, axes: axes).sqrt()
      : detached().powerNorm(axes, order)
    return y.reduced(from: self, axes, keepingAxes) { [x = self] dy, y in
      if order == 2 { return x * (dy / y.replacing(where: y .== 0, with: .infinity)) }
      let size = x.replacing(where: x .== 0, with: 1).abs() / y.replacing(where: y .== 0, with: 1)
      return x.sign() * size.pow(order - 1) * dy
    }
  }

  /// The p-norm by way of the largest |x|, whose powers don't overflow; the axes stay.
  private func powerNorm(_ axes: [Int], _ order: Double) -> Tensor {
    let largest = abs().max(axis: axes, keepingAxes: true)
    let unit = largest.replacing(where: (largest .== 0) .| largest.isInfinite(), with: 1)
    return (abs() / unit).pow(order).sum(axis: axes, keepingAxes: true).pow(1 / order) * unit
  }

  /// Whether any element differs from 0.
  public var isAnyTrue: Bool { withUnsafeBytesOfTruth { $0.contains { $0 != 0 } } }

  /// Whether all elements differ from 0.
  public var isAllTrue: Bool { withUnsafeBytesOfTruth { $0.allSatisfy { $0 != 0 } } }

  /// Whether any element differs from 0, `bool`.
  public func any(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    to(.bool).max(axis: axis, keepingAxes: keepingAxes)
  }

  /// Whether all elements differ from 0, `bool`.
  public func all(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    to(.bool).min(axis: axis, keepingAxes: keepingAxes)
  }

  /// What integers could only round is refused.
  func requireFractions(_ operation: String) {
    require(
      dtype.isFloatingPoint,
      "\(operation): \(dtype) tensors hold no fractions; convert with to(.float32) or to(.float64)")
  }

  private func withUnsafeBytesOfTruth(_ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    to(.bool).withUnsafeBytes(body)
  }

  /// Adds up the axes along which a tensor of shape `target` was stretched to this one's.
  func sum(to target: Shape) -> Tensor {
    if shape == target { return self }
    let missing = rank - target.rank
    let axes = shape.indices.filter { $0 < missing || (target[$0 - missing] == 1 && shape[$0] != 1) }
    return Tensor(Kernel.reduce(ck_reduction_sum, self, axes: axes), viewedAs: target).recorded(
      edge { [shape] dy in dy.broadcast(to: shape) })
  }

  /// The position of the first largest element along an axis, `int32`.
  public func argmax(axis: Int = -1, keepingAxes: Bool = false) -> Tensor {
    argExtreme(maximum: true, axis, keepingAxes)
  }

  /// The position of the first smallest element along an axis, `int32`.
  public func argmin(axis: Int = -1, keepingAxes: Bool = false) -> Tensor {
    argExtreme(maximum: false, axis, keepingAxes)
  }

  private func argExtreme(maximum: Bool, _ axis: Int, _ keepingAxes: Bool) -> Tensor {
    let axis = shape.axis(axis)
    let positions = Kernel.argExtreme(maximum: maximum, self, axis: axis)
    return keepingAxes ? positions.expandingAxis(axis) : positions
  }

  /// A reduction's result in the shape asked for, with the way back to `x`; the closure gets the gradient
  /// with the reduced axes kept.
  func reduced(
    from x: Tensor, _ axes: [Int], _ keepingAxes: Bool, function: StaticString = #function,
    _ pullback: @escaping (_ dy: Tensor) -> Tensor
  ) -> Tensor {
    let kept = shape
    return Tensor(self, viewedAs: x.shape.removing(axes, keepingAxes: keepingAxes)).recorded(
      x.edge { dy in pullback(dy.reshape(kept)) }, function: function)
  }

  /// The same for a way back that uses the result, which the closure gets with the reduced axes kept, too.
  func reduced(
    from x: Tensor, _ axes: [Int], _ keepingAxes: Bool, function: StaticString = #function,
    _ pullback: @escaping (_ dy: Tensor, _ y: Tensor) -> Tensor
  ) -> Tensor {
    let kept = shape
    return Tensor(self, viewedAs: x.shape.removing(axes, keepingAxes: keepingAxes)).recorded(
      function: function
    ) { y in [x.edge { dy in pullback(dy.reshape(kept), y.reshape(kept)) }] }
  }
}

extension Kernel {
  /// Reduces some axes (ascending), which stay with size 1.
  static func reduce(_ operation: ck_reduction, _ x: Tensor, axes: [Int]) -> Tensor {
    // Rounded once, not after each run of axes.
    if x.dtype == .bfloat16 { return rounded(reduce(operation, widened(x), axes: axes)) }
    var result = x
    var operation = operation
    for run in runs(of: axes, in: x.shape).reversed() {
      var shape = result.shape
      let (outer, count, inner) = shape.split(around: run)
      for axis in run { shape[axis] = 1 }
      result = make("a reduction", shape, from: result) {
        ck_reduce($0, operation, outer, count, inner, $1, $2)
      }
      // What the later runs reduce has already been squared or made positive.
      if operation == ck_reduction_sum_of_squares || operation == ck_reduction_sum_of_absolutes {
        operation = ck_reduction_sum
      }
    }
    return result
  }

  /// The sums of integers over some axes (ascending), which stay with size 1: `int32`, exact.
  static func sumIntegers(_ x: Tensor, axes: [Int]) -> Tensor {
    let runs = runs(of: axes, in: x.shape)
    guard runs.count <= 1 else {
      // Side by side, so that nothing is rounded, or does not fit, in between.
      let others = x.shape.indices.filter { !axes.contains($0) }
      let sums = sumIntegers(permute(x, others + axes), axes: Array(others.count..<x.rank))
      return Tensor(sums, viewedAs: x.shape.removing(axes, keepingAxes: true))
    }
    let y = Tensor(uninitialized: x.shape.removing(axes, keepingAxes: true), .int32)
    let (outer, count, inner) = x.shape.split(around: runs.first ?? 0..<0)
    let fits = ck_sum_integers(x.dtype != .int32, outer, count, inner, x.elements, y.i32)
    require(fits, "sum: of \(x.dtype), a result is out of int32's range; convert with to(.float64)")
    return y
  }

  /// Ascending axes as runs of neighbours, each reduced at one go. Axes of size 1 between two runs join them.
  private static func runs(of axes: [Int], in shape: Shape) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for axis in axes {
      if let last = result.last, (last.upperBound..<axis).allSatisfy({ shape[$0] == 1 }) {
        result[result.count - 1] = last.lowerBound..<axis + 1
      } else {
        result.append(axis..<axis + 1)
      }
    }
    return result
  }

  static func argExtreme(maximum: Bool, _ x: Tensor, axis: Int) -> Tensor {
    if !x.dtype.isFloatingPoint || x.dtype == .bfloat16 {
      return argExtreme(maximum: maximum, x.to(.float64), axis: axis)
    }
    let y = Tensor(uninitialized: x.shape.removing([axis], keepingAxes: false), .int32)
    let (outer, count, inner) = x.shape.split(at: axis)
    require(count > 0, "argmax/argmin: axis \(axis) of shape \(x.shape) is empty")
    requireIndices(x.shape[axis], "argmax/argmin")
    run("argmax/argmin", on: x.dtype) { ck_arg_extreme($0, maximum, outer, count, inner, x.elements, y.i32) }
    return y
  }
}
