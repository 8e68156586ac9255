/// What several values scattered to one position come to.
public enum ScatterCombination: String, Sendable, CaseIterable {
  /// Their mean.
  case mean
  /// The largest; of equal ones the last has the gradient.
  case maximum
  /// The smallest; of equal ones the last has the gradient.
  case minimum
}

extension Tensor {
  /// This tensor with `values` in place of the slices at the given positions along an axis, those of one position
  /// combined: `y[…, i, …]` is the mean (or largest, or smallest) of the values `[…, k, …]` whose `indices[k]` is i.
  public func scatter(
    _ values: Tensor, at indices: Tensor, axis: Int = 0, combining combination: ScatterCombination
  ) -> Tensor {
    let axis = shape.axis(axis)
    require(
      values.rank == rank && indices.shape == [values.shape[axis]],
      "scatter: values of shape \(values.shape) at indices \(indices.shape) into shape \(shape)")
    var column = Shape(repeatElement(1, count: rank))
    column[axis] = indices.elementCount
    let positions = indices.reshape(column).broadcast(to: values.shape)
    return scatter(values, elementsAt: positions, axis: axis, combining: combination)
  }

  /// This tensor with `values` in place of elements along an axis, those of one position combined; `indices` is of the
  /// values' shape, along the other axes at most as long as this tensor.
  public func scatter(
    _ values: Tensor, elementsAt indices: Tensor, axis: Int, combining combination: ScatterCombination
  ) -> Tensor {
    require(
      values.shape == indices.shape,
      "scatter: values of shape \(values.shape) at indices of shape \(indices.shape)")
    if combination == .mean {
      requireFractions("scatter")
      let counts = Tensor(zeros: shape, dtype: .int32)
        .scatterAdd(Tensor(ones: indices.shape, dtype: .int32), elementsAt: indices, axis: axis)
      let sums = Tensor(zeros: shape, dtype: dtype).scatterAdd(values, elementsAt: indices, axis: axis)
      return .where(counts .== 0, self, sums / counts.clamp(min: 1).to(dtype))
    }
    // Of values in order the last one at a position, which stays there, is the extreme one.
    // NaN is the largest, and comes last for the smallest too.
    let order =
      combination == .minimum
      ? (dtype.isFloatingPoint ? (-values).sorted(axis: axis) : values.sorted(axis: axis, descending: true))
        .indices
      : values.sorted(axis: axis).indices
    return scatter(
      values.gather(elementsAt: order, axis: axis),
      elementsAt: indices.gather(elementsAt: order, axis: axis), axis: axis)
  }
}
