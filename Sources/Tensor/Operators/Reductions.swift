import CKernels

// Reductions over some axes, or over all where none is named. `keepingAxes` leaves them with size 1, so that
// the result broadcasts against the input.
extension Tensor {
  /// The sum.
  public func sum(_ axes: Int..., keepingAxes: Bool = false) -> Tensor {
    sum(axes.isEmpty ? allAxes : axes, keepingAxes: keepingAxes)
  }

  /// The sum.
  public func sum(_ axes: [Int], keepingAxes: Bool = false) -> Tensor {
    if !dtype.isFloatingPoint { return to(.float64).sum(axes, keepingAxes: keepingAxes).to(.int32) }
    let axes = shape.axes(axes)
    return Kernel.reduce(ck_reduction_sum, self, axes: axes).reduced(from: self, axes, keepingAxes) {
      [shape] dy in dy.broadcast(to: shape)
    }
  }

  /// The mean.
  public func mean(_ axes: Int..., keepingAxes: Bool = false) -> Tensor {
    mean(axes.isEmpty ? allAxes : axes, keepingAxes: keepingAxes)
  }

  /// The mean.
  public func mean(_ axes: [Int], keepingAxes: Bool = false) -> Tensor {
    sum(axes, keepingAxes: keepingAxes) / Double(axes.reduce(1) { $0 * shape[$1] })
  }

  /// The product. Its gradient is the product of the others, by division: NaN where an element is 0.
  public func product(_ axes: Int..., keepingAxes: Bool = false) -> Tensor {
    let axes = shape.axes(axes.isEmpty ? allAxes : axes)
    let y = Kernel.reduce(ck_reduction_product, self, axes: axes)
    return y.reduced(from: self, axes, keepingAxes) { [x = self] dy in dy * y / x }
  }

  /// The largest element; where several are, they share the gradient.
  public func max(_ axes: Int..., keepingAxes: Bool = false) -> Tensor {
    extreme(ck_reduction_maximum, axes, keepingAxes)
  }

  /// The smallest element; where several are, they share the gradient.
  public func min(_ axes: Int..., keepingAxes: Bool = false) -> Tensor {
    extreme(ck_reduction_minimum, axes, keepingAxes)
  }

  private func extreme(_ operation: ck_reduction, _ axes: [Int], _ keepingAxes: Bool) -> Tensor {
    if !dtype.isFloatingPoint { return to(.float64).extreme(operation, axes, keepingAxes).to(dtype) }
    let axes = shape.axes(axes.isEmpty ? allAxes : axes)
    let y = Kernel.reduce(operation, self, axes: axes)
    return y.reduced(from: self, axes, keepingAxes) { [x = self] dy in
      let chosen = (x .== y).to(dy.dtype)
      return chosen * (dy / chosen.sum(axes, keepingAxes: true))
    }
  }

  /// The variance: the mean squared distance from the mean, the sum divided by the count less `correction`.
  public func variance(_ axes: Int..., correction: Int = 0, keepingAxes: Bool = false) -> Tensor {
    let axes = axes.isEmpty ? allAxes : axes
    let count = Double(axes.reduce(1) { $0 * shape[$1] })
    let centred = self - mean(axes, keepingAxes: true)
    return centred.squared().sum(axes, keepingAxes: keepingAxes) / (count - Double(correction))
  }

  /// The Euclidean norm.
  public func norm(_ axes: Int..., keepingAxes: Bool = false) -> Tensor {
    let axes = shape.axes(axes.isEmpty ? allAxes : axes)
    let y = Kernel.reduce(ck_reduction_sum_of_squares, self, axes: axes).sqrt()
    return y.reduced(from: self, axes, keepingAxes) { [x = self] dy in
      x * (dy / y).replacing(where: y .== 0, with: 0)
    }
  }

  /// log Σ eˣ along an axis, safe against overflow.
  public func logSumExp(_ axis: Int, keepingAxes: Bool = false) -> Tensor {
    let axis = shape.axis(axis)
    return Kernel.logSumExp(self, axis: axis).reduced(from: self, [axis], keepingAxes) { [x = self] dy in
      dy * x.softmax(axis: axis)
    }
  }

  /// The sums of all elements up to each one along an axis, itself included.
  public func cumulativeSum(_ axis: Int) -> Tensor {
    let axis = shape.axis(axis)
    return Kernel.cumulativeSum(self, axis: axis, reverse: false).recorded(
      edge { dy in Kernel.cumulativeSum(dy, axis: axis, reverse: true) })
  }

  /// The place of the first largest element along an axis, `int32`.
  public func argmax(_ axis: Int = -1) -> Tensor {
    Kernel.argExtreme(maximum: true, self, axis: shape.axis(axis))
  }

  /// The place of the first smallest element along an axis, `int32`.
  public func argmin(_ axis: Int = -1) -> Tensor {
    Kernel.argExtreme(maximum: false, self, axis: shape.axis(axis))
  }

  /// Whether any element differs from 0.
  public var any: Bool { withUnsafeBytesOfTruth { $0.contains { $0 != 0 } } }

  /// Whether all elements differ from 0.
  public var all: Bool { withUnsafeBytesOfTruth { $0.allSatisfy { $0 != 0 } } }

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

  var allAxes: [Int] { Array(shape.indices) }

  /// A reduction's result in the shape asked for, with the way back to `x`; the closure gets the gradient with
  /// the reduced axes kept.
  private func reduced(
    from x: Tensor, _ axes: [Int], _ keepingAxes: Bool, _ pullback: @escaping (Tensor) -> Tensor
  ) -> Tensor {
    let kept = shape
    return Tensor(self, viewedAs: x.shape.removing(axes, keepingAxes: keepingAxes)).recorded(
      x.edge { dy in pullback(Tensor(dy, viewedAs: kept)) })
  }
}
