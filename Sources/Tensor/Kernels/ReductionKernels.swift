import CKernels

extension Kernel {
  /// Reduces some axes (ascending), which stay with size 1.
  static func reduce(_ operation: ck_reduction, _ x: Tensor, axes: [Int]) -> Tensor {
    if x.dtype == .bfloat16 { return rounded(reduce(operation, widened(x), axes: axes)) }
    var result = x
    var operation = operation
    for run in runs(of: axes, in: x.shape).reversed() {
      var shape = result.shape
      let outer = shape.prefix(run.lowerBound).reduce(1, *)
      let count = shape[run].reduce(1, *)
      let inner = shape.suffix(from: run.upperBound).reduce(1, *)
      for axis in run { shape[axis] = 1 }
      result = reduce(operation, result, outer, count, inner, shape)
      // What the later runs reduce has already been squared or made positive.
      if operation == ck_reduction_sum_of_squares || operation == ck_reduction_sum_of_absolutes {
        operation = ck_reduction_sum
      }
    }
    return result
  }

  private static func reduce(
    _ operation: ck_reduction, _ x: Tensor, _ outer: Int, _ count: Int, _ inner: Int, _ shape: Shape
  ) -> Tensor {
    let y = Tensor(uninitialized: shape, x.dtype)
    let (outer, count, inner) = (Int64(outer), Int64(count), Int64(inner))
    switch x.dtype {
    case .float32: ck_reduce_f32(operation, outer, count, inner, x.f32, y.f32)
    case .float64: ck_reduce_f64(operation, outer, count, inner, x.f64, y.f64)
    default: unsupported("a reduction", x.dtype)
    }
    return y
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
    let run = runs.first ?? 0..<0
    let outer = Int64(x.shape.prefix(run.lowerBound).reduce(1, *))
    let inner = Int64(x.shape.suffix(from: run.upperBound).reduce(1, *))
    let fits = ck_sum_integers(
      x.dtype != .int32, outer, Int64(x.shape[run].reduce(1, *)), inner, x.storage.pointer, y.i32)
    require(fits, "sum: of \(x.dtype), a result is out of int32's range; convert with to(.float64)")
    return y
  }

  /// Whole numbers, computed from integers in float64, as integers of a type. Products by 0 may have made them NaN.
  static func integers(_ x: Tensor, of dtype: DType, _ operation: String) -> Tensor {
    let range: ClosedRange<Double> =
      switch dtype {
      case .int32: Double(Int32.min)...Double(Int32.max)
      case .uint8: 0...255
      default: -.infinity ... .infinity
      }
    let values = x.replacing(where: x.isNaN(), with: 0)
    require(
      values.min().item >= range.lowerBound && values.max().item <= range.upperBound,
      "\(operation): a result is out of \(dtype)'s range; convert with to(.float64)")
    return cast(values, to: dtype)
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
    let y = Tensor(uninitialized: x.shape.removing([axis], keepingAxes: false), .int32)
    let (outer, count, inner) = x.shape.split(at: axis)
    require(count > 0, "argmax/argmin: axis \(axis) of shape \(x.shape) is empty")
    requireIndices(x.shape[axis], "argmax/argmin")
    switch x.dtype {
    case .float32: ck_arg_extreme_f32(maximum, outer, count, inner, x.f32, y.i32)
    case .float64: ck_arg_extreme_f64(maximum, outer, count, inner, x.f64, y.i32)
    default: return argExtreme(maximum: maximum, x.to(.float64), axis: axis)
    }
    return y
  }

  static func logSumExp(_ x: Tensor, axis: Int) -> Tensor {
    let y = Tensor(uninitialized: x.shape.removing([axis], keepingAxes: true), x.dtype)
    let (outer, count, inner) = x.shape.split(at: axis)
    switch x.dtype {
    case .float32: ck_log_sum_exp_f32(outer, count, inner, x.f32, y.f32)
    case .float64: ck_log_sum_exp_f64(outer, count, inner, x.f64, y.f64)
    case .bfloat16: return rounded(logSumExp(widened(x), axis: axis))
    default: unsupported("logSumExp", x.dtype)
    }
    return y
  }

  enum Cumulation { case sum, product }

  /// What each element and those before it along an axis come to.
  static func cumulate(_ operation: Cumulation, _ x: Tensor, axis: Int, reversed: Bool) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.dtype)
    let (outer, count, inner) = x.shape.split(at: axis)
    switch (x.dtype, operation) {
    case (.float32, .sum): ck_cumulative_sum_f32(outer, count, inner, reversed, x.f32, y.f32)
    case (.float64, .sum): ck_cumulative_sum_f64(outer, count, inner, reversed, x.f64, y.f64)
    case (.float32, .product): ck_cumulative_product_f32(outer, count, inner, reversed, x.f32, y.f32)
    case (.float64, .product): ck_cumulative_product_f64(outer, count, inner, reversed, x.f64, y.f64)
    case (.bfloat16, _): return rounded(cumulate(operation, widened(x), axis: axis, reversed: reversed))
    default:
      let wide = cumulate(operation, cast(x, to: .float64), axis: axis, reversed: reversed)
      return integers(wide, of: .int32, operation == .sum ? "cumulativeSum" : "cumulativeProduct")
    }
    return y
  }

  static func softmax(_ x: Tensor, log: Bool) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.dtype)
    let (rows, columns, _) = x.shape.split(at: x.rank - 1)
    switch (x.dtype, log) {
    case (.float32, false): ck_softmax_f32(rows, columns, x.f32, y.f32)
    case (.float64, false): ck_softmax_f64(rows, columns, x.f64, y.f64)
    case (.float32, true): ck_log_softmax_f32(rows, columns, x.f32, y.f32)
    case (.float64, true): ck_log_softmax_f64(rows, columns, x.f64, y.f64)
    case (.bfloat16, _): return rounded(softmax(widened(x), log: log))
    default: unsupported("softmax", x.dtype)
    }
    return y
  }

  static func softmaxGradient(_ y: Tensor, _ dy: Tensor, log: Bool) -> Tensor {
    let dx = Tensor(uninitialized: y.shape, y.dtype)
    let (rows, columns, _) = y.shape.split(at: y.rank - 1)
    switch (y.dtype, log) {
    case (.float32, false): ck_softmax_gradient_f32(rows, columns, y.f32, dy.f32, dx.f32)
    case (.float64, false): ck_softmax_gradient_f64(rows, columns, y.f64, dy.f64, dx.f64)
    case (.float32, true): ck_log_softmax_gradient_f32(rows, columns, y.f32, dy.f32, dx.f32)
    case (.bfloat16, _): return rounded(softmaxGradient(widened(y), widened(dy), log: log))
    default: ck_log_softmax_gradient_f64(rows, columns, y.f64, dy.f64, dx.f64)
    }
    return dx
  }
}
