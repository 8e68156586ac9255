import CKernels

// Walks along one axis.
extension Tensor {
  /// The sums of all elements up to each one along an axis: itself included unless `exclusive`, from the end
  /// of the axis where `reversed`.
  public func cumulativeSum(axis: Int, exclusive: Bool = false, reversed: Bool = false) -> Tensor {
    let axis = shape.axis(axis)
    if exclusive {
      return shifted(along: axis, reversed, filler: 0).cumulativeSum(axis: axis, reversed: reversed)
    }
    return Kernel.cumulate(.sum, self, axis: axis, reversed: reversed).recorded(
      edge { dy in dy.cumulativeSum(axis: axis, reversed: !reversed) })
  }

  /// The products of all elements up to each one along an axis: itself included unless `exclusive`, from the end
  /// of the axis where `reversed`.
  public func cumulativeProduct(axis: Int, exclusive: Bool = false, reversed: Bool = false) -> Tensor {
    let axis = shape.axis(axis)
    if exclusive {
      return shifted(along: axis, reversed, filler: 1).cumulativeProduct(axis: axis, reversed: reversed)
    }
    let y = Kernel.cumulate(.product, self, axis: axis, reversed: reversed)
    return y.recorded(
      edge { [x = self] dy in
        if Tensor.isAnyRecorded(x, dy) {
          return Tensor.gradients(of: [x], wanted: [true], dy) {
            $0[0]!.doubling(axis: axis, reversed, filler: 1, *)
          }[0]!
        }
        // Of products divided by one of their factors; but for the first zero, behind which all products are 0.
        let zeros = Kernel.cumulate(.sum, (x .== 0).to(x.dtype), axis: axis, reversed: reversed)
        let isFirst = (x .== 0) .& (zeros .== 1)
        let others = Kernel.cumulate(
          .product, x.replacing(where: isFirst, with: 1), axis: axis, reversed: reversed)
        let before = Kernel.cumulate(.sum, dy * y, axis: axis, reversed: !reversed) / x
        return .where(
          isFirst, Kernel.cumulate(.sum, dy * others, axis: axis, reversed: !reversed),
          before.replacing(where: zeros .> 0, with: 0))
      })
  }

  /// The largest of all elements up to each one along an axis, from the end of the axis where `reversed`; of equal ones
  /// each has a share in the gradient.
  public func cumulativeMax(axis: Int, reversed: Bool = false) -> Tensor {
    if !dtype.isFloatingPoint { return to(.float64).cumulativeMax(axis: axis, reversed: reversed).to(dtype) }
    let axis = shape.axis(axis)
    return doubling(axis: axis, reversed, filler: -.infinity, Tensor.maximum)
  }

  /// The smallest of all elements up to each one along an axis, from the end of the axis where `reversed`; of equal ones
  /// each has a share in the gradient.
  public func cumulativeMin(axis: Int, reversed: Bool = false) -> Tensor {
    if !dtype.isFloatingPoint { return to(.float64).cumulativeMin(axis: axis, reversed: reversed).to(dtype) }
    return -(-self).cumulativeMax(axis: axis, reversed: reversed)
  }

  /// What the last 1, 2, 4, … elements up to each one come to by an operation that doesn't care for order.
  private func doubling(
    axis: Int, _ reversed: Bool, filler: Double, _ operation: (Tensor, Tensor) -> Tensor
  ) -> Tensor {
    var (y, step) = (self, 1)
    while step < shape[axis] {
      y = operation(y, y.shifted(by: step, along: axis, reversed, filler: filler))
      step *= 2
    }
    return y
  }

  /// Moved on along an axis: the last elements go, fillers come first.
  private func shifted(by step: Int = 1, along axis: Int, _ reversed: Bool, filler: Double) -> Tensor {
    if shape[axis] == 0 { return self }
    var widths = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
    widths[axis] = reversed ? (-step, step) : (step, -step)
    return padded(widths, value: filler)
  }
}

extension Kernel {
  enum Cumulation { case sum, product }

  /// What each element and those before it along an axis come to.
  static func cumulate(_ operation: Cumulation, _ x: Tensor, axis: Int, reversed: Bool) -> Tensor {
    let name = operation == .sum ? "cumulativeSum" : "cumulativeProduct"
    if !x.dtype.isFloatingPoint {
      return integers(
        cumulate(operation, cast(x, to: .float64), axis: axis, reversed: reversed), of: .int32, name)
    }
    let (outer, count, inner) = x.shape.split(at: axis)
    return make(name, x.shape, from: x) {
      (operation == .sum ? ck_cumulative_sum : ck_cumulative_product)(
        $0, outer, count, inner, reversed, $1, $2)
    }
  }
}
