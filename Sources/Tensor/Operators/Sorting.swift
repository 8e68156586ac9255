import CKernels

extension Tensor {
  /// The elements in order along an axis, and the positions they came from (`int32`): `values = x[indices]`.
  /// Equal elements keep their order; NaN counts as the largest. The gradient flows back to where the values
  /// came from.
  public func sorted(axis: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    let axis = shape.axis(axis)
    if axis != rank - 1 {
      let (values, indices) = swappingAxes(axis, -1).sorted(descending: descending)
      return (values.swappingAxes(axis, -1), indices.swappingAxes(axis, -1))
    }
    let (values, indices) = Kernel.sort(self, descending: descending)
    return (
      values.recorded(edge { [shape] dy in dy.scattered(to: indices, axis: axis, in: shape) }), indices
    )
  }

  /// The `count` largest (or smallest) elements along an axis, best first, and their positions (`int32`).
  public func topK(_ count: Int, axis: Int = -1, largest: Bool = true) -> (values: Tensor, indices: Tensor) {
    let axis = shape.axis(axis)
    require(
      count >= 0 && count <= shape[axis], "topK: \(count) along axis \(axis) of shape \(shape)")
    if axis != rank - 1 {
      let (values, indices) = swappingAxes(axis, -1).topK(count, largest: largest)
      return (values.swappingAxes(axis, -1), indices.swappingAxes(axis, -1))
    }
    let (values, indices) = Kernel.topK(self, count, largest: largest)
    return (
      values.recorded(edge { [shape] dy in dy.scattered(to: indices, axis: axis, in: shape) }), indices
    )
  }
}

extension Tensor {
  /// The gradient of the Lovász extension of the Jaccard loss with respect to errors `[rows, P]` of a
  /// prediction whose truths are in [0, 1] (Berman et al. 2018, algorithm 1), row by row: the loss is Σ
  /// errors·weights. The weights depend on the order of the errors alone, and are constants: no gradient
  /// flows through them.
  package static func lovaszWeights(errors: Tensor, truth: Tensor) -> Tensor {
    require(
      errors.rank == 2 && truth.shape == errors.shape && truth.dtype == errors.dtype,
      "lovaszWeights: \(errors.dtype) errors \(errors.shape) for \(truth.dtype) truths \(truth.shape)")
    let order = Kernel.sort(errors, descending: true).1
    let weights = Kernel.lovaszGradient(Kernel.gatherElements(truth, order, axis: 1))
    return Kernel.scatterAddElements(weights, order, axis: 1, shape: errors.shape)
  }
}

extension Kernel {
  static func sort(_ x: Tensor, descending: Bool) -> (Tensor, Tensor) {
    if !x.dtype.isFloatingPoint || x.dtype == .bfloat16 {
      let (sorted, order) = sort(x.to(.float64), descending: descending)
      return (sorted.to(x.dtype), order)
    }
    requireIndices(x.shape[-1], "sorted")
    let values = Tensor(uninitialized: x.shape, x.dtype)
    let indices = Tensor(uninitialized: x.shape, .int32)
    let (rows, columns, _) = x.shape.split(at: x.rank - 1)
    run("sorted", on: x.dtype) {
      ck_sort($0, rows, columns, descending, x.elements, values.mutableElements, indices.i32)
    }
    return (values, indices)
  }

  static func topK(_ x: Tensor, _ count: Int, largest: Bool) -> (Tensor, Tensor) {
    if !x.dtype.isFloatingPoint || x.dtype == .bfloat16 {
      let (best, positions) = topK(x.to(.float64), count, largest: largest)
      return (best.to(x.dtype), positions)
    }
    requireIndices(x.shape[-1], "topK")
    var shape = x.shape
    shape[-1] = count
    let values = Tensor(uninitialized: shape, x.dtype)
    let indices = Tensor(uninitialized: shape, .int32)
    let (rows, columns, _) = x.shape.split(at: x.rank - 1)
    run("topK", on: x.dtype) {
      ck_top_k($0, rows, columns, Int64(count), largest, x.elements, values.mutableElements, indices.i32)
    }
    return (values, indices)
  }

  static func lovaszGradient(_ sortedTruth: Tensor) -> Tensor {
    let (rows, columns, _) = sortedTruth.shape.split(at: sortedTruth.rank - 1)
    return make("a Lovász loss", sortedTruth.shape, from: sortedTruth) {
      ck_lovasz_gradient($0, rows, columns, $1, $2)
    }
  }
}
