extension Tensor {
  /// The diagonals of two axes, as a new last axis: `y[…, i] = x[…, i, …, i + offset, …]`.
  public func diagonal(_ first: Int = -2, _ second: Int = -1, offset: Int = 0) -> Tensor {
    let (row, column) = (shape.axis(first), shape.axis(second))
    require(row != column, "diagonal: axis \(row) of shape \(shape) is named twice")
    let (down, right) = (Swift.max(0, -offset), Swift.max(0, offset))
    let count = Swift.max(0, Swift.min(shape[row] - down, shape[column] - right))
    var chosen = Selection(shape)
    if count > 0 { chosen.offset = down * chosen.strides[row] + right * chosen.strides[column] }
    chosen.sizes.append(count)
    chosen.strides.append(chosen.strides[row] + chosen.strides[column])
    for axis in [row, column].sorted(by: >) {
      chosen.sizes.remove(at: axis)
      chosen.strides.remove(at: axis)
    }
    return slice(chosen)
  }

  /// Matrices `[…, n, n]` with the elements of `[…, n]` on their diagonals and 0 elsewhere.
  public func diagonalMatrix() -> Tensor {
    require(rank > 0, "diagonalMatrix: a scalar has no axis")
    let target = Shape(shape + [shape[-1]])
    var positions = Selection(shape)
    let steps = target.strides
    positions.strides = shape.indices.map { $0 == rank - 1 ? steps[$0] + 1 : steps[$0] }
    return embedded(at: positions, in: target)
  }

  /// The elements of matrices `[…, m, n]` on and below a diagonal, 0 elsewhere; diagonal 0 is the main one,
  /// positive ones lie above it.
  public func lowerTriangle(_ diagonal: Int = 0) -> Tensor {
    triangle("lowerTriangle") { row, column in column .<= row + diagonal }
  }

  /// The elements of matrices `[…, m, n]` on and above a diagonal, 0 elsewhere; diagonal 0 is the main one,
  /// positive ones lie above it.
  public func upperTriangle(_ diagonal: Int = 0) -> Tensor {
    triangle("upperTriangle") { row, column in column .>= row + diagonal }
  }

  private func triangle(_ name: String, _ isKept: (Tensor, Tensor) -> Tensor) -> Tensor {
    require(rank >= 2, "\(name): shape \(shape) is not one of matrices")
    let kept = isKept(Tensor(0..<shape[-2]).expandingAxis(-1), Tensor(0..<shape[-1]))
    return .where(kept, self, 0)
  }
}
