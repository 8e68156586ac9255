// What stands at positions in several leading axes at once.
extension Tensor {
  /// The elements, or slices, at positions in the first axes: the last axis of `indices` `[…, k]` holds a position in k
  /// axes, and `[…]`, then the axes behind those k, is the result's shape. Of the `batchAxes` first axes, which `indices`
  /// has too, each keeps to its own.
  public func gather(positions indices: Tensor, batchAxes: Int = 0) -> Tensor {
    let (positions, axes) = positions(indices, batchAxes, "gather")
    return rows(axes).gather(positions)
  }

  /// This tensor with `values` in place of the elements, or slices, at positions in the first axes: `values` is of the
  /// shape that `gather(positions:)` gives. Of equal positions the last counts.
  public func scatter(_ values: Tensor, positions indices: Tensor) -> Tensor {
    let (positions, axes) = positions(indices, 0, "scatter")
    return rows(axes).scatter(rows(values, positions, axes, "scatter"), at: positions.flattened()).reshape(
      shape)
  }

  /// This tensor with `values` added to the elements, or slices, at positions in the first axes: `values` is of the
  /// shape that `gather(positions:)` gives. Equal positions add up.
  public func scatterAdd(_ values: Tensor, positions indices: Tensor) -> Tensor {
    let (positions, axes) = positions(indices, 0, "scatterAdd")
    return rows(axes).scatterAdd(rows(values, positions, axes, "scatterAdd"), at: positions.flattened())
      .reshape(shape)
  }

  /// This tensor with `values` in place of the elements, or slices, at positions in the first axes, those of one position
  /// combined: `values` is of the shape that `gather(positions:)` gives. Where ONNX's ScatterND also combines them with
  /// what stood there, take the `maximum` of both tensors, or the `minimum`.
  public func scatter(
    _ values: Tensor, positions indices: Tensor, combining combination: ScatterCombination
  ) -> Tensor {
    let (positions, axes) = positions(indices, 0, "scatter")
    return rows(axes).scatter(
      rows(values, positions, axes, "scatter"), at: positions.flattened(), combining: combination
    ).reshape(shape)
  }

  /// The first axes joined into one.
  private func rows(_ axes: Int) -> Tensor {
    reshape(Shape([shape.prefix(axes).reduce(1, *)] + shape.dropFirst(axes)))
  }

  private func rows(_ values: Tensor, _ positions: Tensor, _ axes: Int, _ operation: String) -> Tensor {
    let rest = shape.dropFirst(axes)
    require(
      values.shape == Shape(positions.shape.dimensions + rest),
      "\(operation): values of shape \(values.shape) at \(positions.shape) positions of shape \(shape)")
    return values.reshape(Shape([positions.elementCount] + rest))
  }

  /// Positions in the first axes as positions in all of them joined, and how many axes those are.
  private func positions(
    _ indices: Tensor, _ batchAxes: Int, _ operation: String
  ) -> (positions: Tensor, axes: Int) {
    let depth = indices.rank > 0 ? indices.shape[-1] : 0
    let axes = batchAxes + depth
    require(
      indices.rank > batchAxes && axes <= rank && batchAxes >= 0
        && indices.shape.prefix(batchAxes).elementsEqual(shape.prefix(batchAxes)),
      "\(operation): positions \(indices.shape) in shape \(shape) with \(batchAxes) axes of batches")
    let steps = Shape(shape.prefix(axes)).strides
    Kernel.requireIndices(shape.prefix(axes).reduce(1, *), operation)
    var positions = Tensor(zeros: Shape(indices.shape.dropLast()), dtype: .int32)
    for axis in 0..<batchAxes {
      var column = Shape(repeatElement(1, count: positions.rank))
      column[axis] = shape[axis]
      positions += Tensor(0..<shape[axis]).reshape(column) * Double(steps[axis])
    }
    for column in 0..<depth {
      let axis = batchAxes + column
      positions += checked(indices[.ellipsis, column], axis: axis, operation) * Double(steps[axis])
    }
    return (positions, axes)
  }
}
