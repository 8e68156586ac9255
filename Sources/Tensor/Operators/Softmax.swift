import CKernels

// The softmax and its kin: what adds up exponentials along an axis, safe against overflow.
extension Tensor {
  /// eˣ over its sum along an axis.
  public func softmax(axis: Int = -1) -> Tensor { softmax(axis: axis, log: false) }
  /// The logarithm of the softmax along an axis.
  public func logSoftmax(axis: Int = -1) -> Tensor { softmax(axis: axis, log: true) }

  private func softmax(axis: Int, log: Bool) -> Tensor {
    let axis = shape.axis(axis)
    guard axis == rank - 1 else {
      return swappingAxes(axis, -1).softmax(axis: -1, log: log).swappingAxes(axis, -1)
    }
    return Kernel.softmax(self, log: log).recorded { y in
      [
        edge { dy in
          if !Tensor.isAnyRecorded(y, dy) { return Kernel.softmaxGradient(y, dy, log: log) }
          if log { return dy - y.exp() * dy.sum(axis: -1, keepingAxes: true) }
          return y * (dy - (y * dy).sum(axis: -1, keepingAxes: true))
        }
      ]
    }
  }

  /// log Σ eˣ, safe against overflow.
  public func logSumExp(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    // From the last axis on, so that those before keep their numbers.
    throughFloat32 { x in
      shape.axes(axis).reversed().reduce(x) { x, axis in
        let y = Kernel.logSumExp(x, axis: axis)
        return y.reduced(from: x, [axis], keepingAxes) { dy, y in dy * x.shares(in: y, axis: axis) }
      }
    }
  }

  /// The derivatives of `logSumExp`, which is y: the softmax; of infinite elements those that are y have equal shares.
  private func shares(in y: Tensor, axis: Int) -> Tensor {
    if y.isFinite().isAllTrue { return softmax(axis: axis) }
    return (self - y).replacing(where: self .== y, with: 0).softmax(axis: axis)
  }
}

extension Kernel {
  static func softmax(_ x: Tensor, log: Bool) -> Tensor {
    let (rows, columns, _) = x.shape.split(at: x.rank - 1)
    return make("softmax", x.shape, from: x) {
      (log ? ck_log_softmax : ck_softmax)($0, rows, columns, $1, $2)
    }
  }

  static func softmaxGradient(_ y: Tensor, _ dy: Tensor, log: Bool) -> Tensor {
    let (rows, columns, _) = y.shape.split(at: y.rank - 1)
    return make("softmax", y.shape, from: y, dy) {
      (log ? ck_log_softmax_gradient : ck_softmax_gradient)($0, rows, columns, $1, $2, $3)
    }
  }

  static func logSumExp(_ x: Tensor, axis: Int) -> Tensor {
    let (outer, count, inner) = x.shape.split(at: axis)
    return make("logSumExp", x.shape.removing([axis], keepingAxes: true), from: x) {
      ck_log_sum_exp($0, outer, count, inner, $1, $2)
    }
  }
}
