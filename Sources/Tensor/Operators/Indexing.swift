import CKernels

// Indices are `int32` and count from the end where negative. `at:` takes whole slices along an axis,
// `elementsAt:` single elements, `positions:` what stands at positions in several leading axes at once.
extension Tensor {
  /// The slices at the given positions along an axis: `y[…, i…, …] = x[…, indices[i…], …]`; the axes of
  /// `indices` stand where the axis was.
  public func gather(_ indices: Tensor, axis: Int = 0) -> Tensor {
    let axis = shape.axis(axis)
    let positions = checked(indices, axis: axis, "gather").flattened()
    let target = Shape(shape.prefix(axis) + indices.shape.dimensions + shape.suffix(from: axis + 1))
    return rows(at: positions, axis: axis).reshape(target)
  }

  /// Elements picked along an axis: `y[i, j, k] = x[i, indices[i, j, k], k]` for axis 1. Along the other axes
  /// `indices` is at most as long as this tensor.
  public func gather(elementsAt indices: Tensor, axis: Int) -> Tensor {
    let axis = shape.axis(axis)
    let source = leading(indices.shape, but: axis, "gather")
    let positions = checked(indices, axis: axis, "gather")
    return source.picked(at: positions, axis: axis)
  }

  /// This tensor with `values` added to the slices at the given positions along an axis: `y[…, indices[i], …]
  /// += values[…, i, …]`. Slices with one index add up.
  public func scatterAdd(_ values: Tensor, at indices: Tensor, axis: Int = 0) -> Tensor {
    let (axis, positions) = slices(of: values, at: indices, axis: axis, "scatterAdd")
    return Kernel.scatterAdd(values, positions, axis: axis, into: Kernel.copied(self)).recorded(
      edge { dy in dy }, values.edge { dy in dy.rows(at: positions, axis: axis) })
  }

  /// This tensor with `values` added to elements along an axis: `y[i, indices[i, j, k], k] += values[i, j,
  /// k]` for axis 1. Along the other axes `indices` is at most as long as this tensor, and nowhere longer
  /// than `values`.
  public func scatterAdd(_ values: Tensor, elementsAt indices: Tensor, axis: Int) -> Tensor {
    let axis = shape.axis(axis)
    return scattering(values, indices, axis, "scatterAdd") { target, values, positions in
      Kernel.scatterAddElements(values, positions, axis: axis, into: Kernel.copied(target)).recorded(
        target.edge { dy in dy }, values.edge { dy in dy.picked(at: positions, axis: axis) })
    }
  }

  /// This tensor with `values` in place of the slices at the given positions along an axis: `y[…, indices[i],
  /// …] = values[…, i, …]`. Of slices with one index the last counts.
  public func scatter(_ values: Tensor, at indices: Tensor, axis: Int = 0) -> Tensor {
    let (axis, positions) = slices(of: values, at: indices, axis: axis, "scatter")
    return Kernel.scatter(values, positions, axis: axis, into: Kernel.copied(self)).recorded(
      edge { [shape = values.shape] dy in
        dy.scatter(Tensor(zeros: shape, dtype: dy.dtype), at: positions, axis: axis)
      },
      values.edge { [size = shape[axis]] dy in
        // What was overwritten has no gradient.
        let order = Tensor(0..<positions.elementCount)
        let last = Kernel.scatter(order, positions, axis: 0, into: Tensor(zeros: [size], dtype: .int32))
        let counts = (Kernel.gather(last, positions, axis: 0) .== order).to(dy.dtype)
        var column = [Int](repeating: 1, count: dy.rank)
        column[axis] = counts.elementCount
        return dy.rows(at: positions, axis: axis) * counts.reshape(Shape(column))
      })
  }

  /// This tensor with `values` in place of elements along an axis: `y[i, indices[i, j, k], k] = values[i, j,
  /// k]` for axis 1. Of elements with one index the last counts. Along the other axes `indices` is at most as
  /// long as this tensor, and nowhere longer than `values`.
  public func scatter(_ values: Tensor, elementsAt indices: Tensor, axis: Int) -> Tensor {
    let axis = shape.axis(axis)
    return scattering(values, indices, axis, "scatter") { target, values, positions in
      Kernel.scatterElements(values, positions, axis: axis, into: Kernel.copied(target)).recorded(
        target.edge { [shape = values.shape] dy in
          dy.scatter(Tensor(zeros: shape, dtype: dy.dtype), elementsAt: positions, axis: axis)
        },
        values.edge { [shape = target.shape] dy in
          // What was overwritten has no gradient.
          let order = Tensor(0..<positions.elementCount).reshape(positions.shape)
          let last = Kernel.scatterElements(
            order, positions, axis: axis, into: Tensor(zeros: shape, dtype: .int32))
          let counts = Kernel.gatherElements(last, positions, axis: axis) .== order
          return dy.picked(at: positions, axis: axis) * counts.to(dy.dtype)
        })
    }
  }
}

// What gathers, and its transpose, by indices that have been checked.
extension Tensor {
  private func rows(at positions: Tensor, axis: Int) -> Tensor {
    Kernel.gather(self, positions, axis: axis).recorded(
      edge { [shape] dy in dy.addedRows(at: positions, axis: axis, in: shape) })
  }

  private func addedRows(at positions: Tensor, axis: Int, in shape: Shape) -> Tensor {
    Kernel.scatterAdd(self, positions, axis: axis, shape: shape).recorded(
      edge { dy in dy.rows(at: positions, axis: axis) })
  }

  func picked(at positions: Tensor, axis: Int) -> Tensor {
    Kernel.gatherElements(self, positions, axis: axis).recorded(
      edge { [shape] dy in dy.scattered(to: positions, axis: axis, in: shape) })
  }

  func scattered(to positions: Tensor, axis: Int, in shape: Shape) -> Tensor {
    Kernel.scatterAddElements(self, positions, axis: axis, shape: shape).recorded(
      edge { dy in dy.picked(at: positions, axis: axis) })
  }
}

extension Tensor {
  /// Indices counted from the front.
  func checked(_ indices: Tensor, axis: Int, _ operation: String) -> Tensor {
    let size = shape[axis]
    let (lowest, highest) = indices.bounds(operation)
    if let outside = lowest < -size ? lowest : highest >= size ? highest : nil {
      fatalError("\(operation): index \(outside) lies outside axis \(axis) of shape \(shape)")
    }
    if lowest >= 0 { return indices }
    Kernel.requireIndices(size, operation)
    return .where(indices .< 0, indices + size, indices)
  }

  /// One of these indices (`int32`) that does not lie in a range, or nil where all of them do.
  package func index(outside range: Range<Int>, _ operation: String) -> Int? {
    let (lowest, highest) = bounds(operation)
    return lowest < range.lowerBound ? lowest : highest >= range.upperBound ? highest : nil
  }

  /// The lowest and the highest index, but 0 at the least and −1 at the most where there are none such.
  private func bounds(_ operation: String) -> (lowest: Int, highest: Int) {
    require(dtype == .int32, "\(operation): the indices are \(dtype), not int32")
    let (lowest, highest) = withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: Int32.self) { positions in
        positions.reduce(into: (Int32(0), Int32(-1))) { $0 = (Swift.min($0.0, $1), Swift.max($0.1, $1)) }
      }
    }
    return (Int(lowest), Int(highest))
  }

  /// The first elements along each axis, as many as `sizes` has, but for one axis.
  private func leading(_ sizes: Shape, but axis: Int, _ operation: String) -> Tensor {
    let part = part(sizes, but: axis, operation)
    return part.shape == shape ? self : slice(part)
  }

  private func part(_ sizes: Shape, but axis: Int, _ operation: String) -> Selection {
    require(
      sizes.rank == rank && shape.indices.allSatisfy { $0 == axis || sizes[$0] <= shape[$0] },
      "\(operation): indices of shape \(sizes) for elements of shape \(shape)")
    var part = Selection(shape)
    for other in shape.indices where other != axis { part.sizes[other] = sizes[other] }
    return part
  }

  /// Scatters into the part of this tensor that the indices reach.
  private func scattering(
    _ values: Tensor, _ indices: Tensor, _ axis: Int, _ operation: String,
    _ body: (Tensor, Tensor, Tensor) -> Tensor
  ) -> Tensor {
    Kernel.requireSame(self, values, operation)
    require(
      values.rank == indices.rank && zip(indices.shape, values.shape).allSatisfy { $0 <= $1 },
      "\(operation): indices of shape \(indices.shape) for values of shape \(values.shape)")
    let part = part(indices.shape, but: axis, operation)
    let positions = checked(indices, axis: axis, operation)
    var all = Selection(values.shape)
    all.sizes = indices.shape.dimensions
    let values = values.shape == indices.shape ? values : values.slice(all)
    if part.shape == shape { return body(self, values, positions) }
    var result = self
    result.replace(part, with: body(slice(part), values, positions))
    return result
  }

  /// The axis, and the indices checked, of slices to be scattered.
  private func slices(
    of values: Tensor, at indices: Tensor, axis: Int, _ operation: String
  ) -> (axis: Int, positions: Tensor) {
    let axis = shape.axis(axis)
    Kernel.requireSame(self, values, operation)
    require(indices.rank == 1, "\(operation): the indices have shape \(indices.shape), not one axis")
    var expected = shape
    expected[axis] = indices.elementCount
    require(
      values.shape == expected,
      "\(operation): values of shape \(values.shape), not \(expected), into \(shape)")
    return (axis, checked(indices, axis: axis, operation))
  }
}

extension Kernel {
  /// `y[o, i, :] = x[o, indices[i], :]` along an axis.
  static func gather(_ x: Tensor, _ indices: Tensor, axis: Int) -> Tensor {
    var shape = x.shape
    shape[axis] = indices.elementCount
    let y = Tensor(uninitialized: shape, x.dtype)
    let (outer, size, inner) = x.shape.split(at: axis)
    ck_gather_rows(
      Int32(x.dtype.size), outer, size, inner, indices.i32, Int64(indices.elementCount), x.elements,
      y.mutableElements)
    return y
  }

  /// The transpose of `gather`: rows with one index are added up.
  static func scatterAdd(_ dy: Tensor, _ indices: Tensor, axis: Int, shape: Shape) -> Tensor {
    scatterAdd(dy, indices, axis: axis, into: Tensor(zeros: shape, dtype: dy.dtype))
  }

  /// Rows added to those of a fresh tensor that the indices name.
  static func scatterAdd(_ rows: Tensor, _ indices: Tensor, axis: Int, into y: Tensor) -> Tensor {
    let (outer, size, inner) = y.shape.split(at: axis)
    let count = Int64(indices.elementCount)
    if y.dtype == .bfloat16 {
      return rounded(scatterAdd(widened(rows), indices, axis: axis, into: widened(y)))
    }
    if !y.dtype.isFloatingPoint {
      let sums = scatterAdd(cast(rows, to: .float64), indices, axis: axis, into: cast(y, to: .float64))
      return integers(sums, of: y.dtype, "scatterAdd")
    }
    run("scatterAdd", on: y.dtype) {
      ck_scatter_add_rows($0, outer, size, inner, indices.i32, count, rows.elements, y.mutableElements)
    }
    return y
  }

  /// Rows put in place of those of a fresh tensor that the indices name, the last of equal ones.
  static func scatter(_ rows: Tensor, _ indices: Tensor, axis: Int, into y: Tensor) -> Tensor {
    let (outer, size, inner) = y.shape.split(at: axis)
    ck_scatter_rows(
      Int32(y.dtype.size), outer, size, inner, indices.i32, Int64(indices.elementCount),
      rows.elements, y.mutableElements)
    return y
  }

  /// `y[o, i, j] = x[o, indices[o, i, j], j]` along an axis.
  static func gatherElements(_ x: Tensor, _ indices: Tensor, axis: Int) -> Tensor {
    let y = Tensor(uninitialized: indices.shape, x.dtype)
    let (outer, size, inner) = x.shape.split(at: axis)
    ck_gather_elements(
      Int32(x.dtype.size), outer, size, inner, indices.i32, Int64(indices.shape[axis]), x.elements,
      y.mutableElements)
    return y
  }

  static func scatterAddElements(_ dy: Tensor, _ indices: Tensor, axis: Int, shape: Shape) -> Tensor {
    scatterAddElements(dy, indices, axis: axis, into: Tensor(zeros: shape, dtype: dy.dtype))
  }

  /// Elements added to those of a fresh tensor that the indices name.
  static func scatterAddElements(_ values: Tensor, _ indices: Tensor, axis: Int, into y: Tensor) -> Tensor {
    let (outer, size, inner) = y.shape.split(at: axis)
    let count = Int64(indices.shape[axis])
    if y.dtype == .bfloat16 {
      return rounded(scatterAddElements(widened(values), indices, axis: axis, into: widened(y)))
    }
    if !y.dtype.isFloatingPoint {
      let sums = scatterAddElements(
        cast(values, to: .float64), indices, axis: axis, into: cast(y, to: .float64))
      return integers(sums, of: y.dtype, "scatterAdd")
    }
    run("scatterAdd", on: y.dtype) {
      ck_scatter_add_elements($0, outer, size, inner, indices.i32, count, values.elements, y.mutableElements)
    }
    return y
  }

  /// Elements put in place of those of a fresh tensor that the indices name, the last of equal ones.
  static func scatterElements(_ values: Tensor, _ indices: Tensor, axis: Int, into y: Tensor) -> Tensor {
    let (outer, size, inner) = y.shape.split(at: axis)
    ck_scatter_elements(
      Int32(y.dtype.size), outer, size, inner, indices.i32, Int64(indices.shape[axis]),
      values.elements, y.mutableElements)
    return y
  }
}
