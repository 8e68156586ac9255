import CKernels

// Reductions over an axis or some (`axis: 1`, `axis: [1, 2]`), or over all where none is named. `keepingAxes` leaves them
// with size 1, so that the result broadcasts against the input.
extension Tensor {
  /// The sum.
  public func sum(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    if !dtype.isFloatingPoint { return to(.float64).sum(axis: axis, keepingAxes: keepingAxes).to(.int32) }
    let axes = shape.axes(axis)
    return Kernel.reduce(ck_reduction_sum, self, axes: axes).reduced(from: self, axes, keepingAxes) {
      [shape] dy in dy.broadcast(to: shape)
    }
  }

  /// The mean.
  public func mean(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    sum(axis: axis, keepingAxes: keepingAxes) / Double(shape.axes(axis).reduce(1) { $0 * shape[$1] })
  }

  /// The product.
  public func product(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    if !dtype.isFloatingPoint { return to(.float64).product(axis: axis, keepingAxes: keepingAxes).to(.int32) }
    let axes = shape.axes(axis)
    let y = Kernel.reduce(ck_reduction_product, self, axes: axes)
    return y.reduced(from: self, axes, keepingAxes) { [x = self] dy in
      // The product of the others: by division, but for an only zero.
      let isZero = x .== 0
      let zeros = isZero.to(x.dtype).sum(axis: axes, keepingAxes: true)
      let rest = x.replacing(where: isZero, with: 1)
      let others = Kernel.reduce(ck_reduction_product, rest, axes: axes) / rest
      let counts = (zeros .== 0) .| ((zeros .== 1) .& isZero)
      return dy * .where(counts, others, Tensor(0, dtype: x.dtype))
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
      let chosen = (x .== y).to(dy.dtype)
      return chosen * (dy / chosen.sum(axis: axes, keepingAxes: true))
    }
  }

  /// The variance: the mean squared distance from the mean, the sum divided by the count less `correction`.
  public func variance(axis: (any Axes)? = nil, correction: Int = 0, keepingAxes: Bool = false) -> Tensor {
    let axes = shape.axes(axis)
    let count = Double(axes.reduce(1) { $0 * shape[$1] })
    let centred = self - mean(axis: axes, keepingAxes: true)
    return centred.squared().sum(axis: axes, keepingAxes: keepingAxes) / (count - Double(correction))
  }

  /// The standard deviation: the root of the variance, with a gradient of 0 where all elements are the same. PyTorch's
  /// `std` has a `correction` of 1.
  public func standardDeviation(
    axis: (any Axes)? = nil, correction: Int = 0, keepingAxes: Bool = false
  ) -> Tensor {
    let axes = shape.axes(axis)
    let count = Double(axes.reduce(1) { $0 * shape[$1] })
    let centred = self - mean(axis: axes, keepingAxes: true)
    return centred.norm(axis: axes, keepingAxes: keepingAxes) / (count - Double(correction)).squareRoot()
  }

  /// The p-norm (Σ|x|ᵖ)^(1/p), p being `order`: the Euclidean one unless told otherwise, the largest |x| where infinite.
  public func norm(axis: (any Axes)? = nil, order: Double = 2, keepingAxes: Bool = false) -> Tensor {
    require(order > 0, "norm: the order \(order) is not positive")
    if order == 1 { return abs().sum(axis: axis, keepingAxes: keepingAxes) }
    if order == .infinity { return abs().max(axis: axis, keepingAxes: keepingAxes) }
    if order != 2 { return abs().pow(order).sum(axis: axis, keepingAxes: keepingAxes).pow(1 / order) }
    let axes = shape.axes(axis)
    let y = Kernel.reduce(ck_reduction_sum_of_squares, self, axes: axes).sqrt()
    return y.reduced(from: self, axes, keepingAxes) { [x = self] dy in
      x * (dy / y).replacing(where: y .== 0, with: 0)
    }
  }

  /// log Σ eˣ, safe against overflow.
  public func logSumExp(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    // From the last axis on, so that those before keep their numbers.
    shape.axes(axis).reversed().reduce(self) { x, axis in
      Kernel.logSumExp(x, axis: axis).reduced(from: x, [axis], keepingAxes) { dy in dy * x.softmax(axis: axis)
      }
    }
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

  private func withUnsafeBytesOfTruth(_ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    to(.bool).withUnsafeBytes(body)
  }

  /// Adds up the axes along which a tensor of shape `target` was stretched to this one's.
  func sum(to target: Shape) -> Tensor {
    if shape == target { return self }
    let missing = rank - target.rank
    let axes = shape.indices.filter { $0 < missing || (target[$0 - missing] == 1 && shape[$0] != 1) }
    return Tensor(Kernel.reduce(ck_reduction_sum, self, axes: axes), viewedAs: target)
  }

  /// A reduction's result in the shape asked for, with the way back to `x`; the closure gets the gradient
  /// with the reduced axes kept.
  private func reduced(
    from x: Tensor, _ axes: [Int], _ keepingAxes: Bool, _ pullback: @escaping (Tensor) -> Tensor
  ) -> Tensor {
    let kept = shape
    return Tensor(self, viewedAs: x.shape.removing(axes, keepingAxes: keepingAxes)).recorded(
      x.edge { dy in pullback(Tensor(dy, viewedAs: kept)) })
  }
}
