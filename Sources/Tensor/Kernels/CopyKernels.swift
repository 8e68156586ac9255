import CKernels

/// A rectangular choice of a tensor's elements: where it starts, and the size and stride (in elements,
/// perhaps negative) of each axis that remains.
struct Selection {
  var offset = 0
  var sizes: [Int] = []
  var strides: [Int] = []

  /// All elements of a contiguous tensor.
  init(_ shape: Shape) {
    sizes = shape.dimensions
    strides = shape.strides
  }

  init() {}

  var shape: Shape { Shape(sizes) }
}

extension Kernel {
  /// The chosen elements of `x`, contiguous.
  static func copy(_ selection: Selection, of x: Tensor) -> Tensor {
    let y = Tensor(uninitialized: selection.shape, x.dtype)
    copy(selection, of: x, to: Selection(y.shape), of: y)
    return y
  }

  /// Copies the chosen elements of `x` to the chosen positions of `y`; the two choices have one shape.
  static func copy(_ source: Selection, of x: Tensor, to target: Selection, of y: Tensor) {
    guard source.shape.elementCount > 0 else { return }
    let walk = Walk(source.shape, source.strides, target.strides)
    let size = x.dtype.size
    ck_copy_strided(
      Int32(size), walk.rank, walk.sizes, x.storage.pointer + source.offset * size, walk.strides[0],
      y.storage.pointer + target.offset * size, walk.strides[1])
  }

  /// The tensors side by side along an axis.
  static func join(_ parts: [Tensor], axis: Int) -> Tensor {
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let y = Tensor(uninitialized: shape, parts[0].dtype)
    let rows = shape.split(at: axis).outer
    if shape.elementCount == 0 { return y }
    let widths = parts.map { Int64($0.elementCount * $0.dtype.size) / rows }
    ck_join(
      rows, Int32(parts.count), widths, parts.map { UnsafeRawPointer($0.storage.pointer) }, y.storage.pointer)
    return y
  }

  /// What `join` made of parts of some sizes, nil for those not wanted.
  static func split(_ x: Tensor, sizes: [Int], axis: Int, wanted: [Bool]) -> [Tensor?] {
    let parts = zip(sizes, wanted).map { size, wanted in
      var shape = x.shape
      shape[axis] = size
      return wanted ? Tensor(uninitialized: shape, x.dtype) : nil
    }
    let (rows, _, inner) = x.shape.split(at: axis)
    let widths = sizes.map { Int64($0 * x.dtype.size) * inner }
    if x.elementCount > 0 {
      ck_split(rows, Int32(sizes.count), widths, x.storage.pointer, parts.map { $0?.storage.pointer })
    }
    return parts
  }

  /// Adds `x` to the chosen positions of `y`, no two of which are the same.
  static func accumulate(_ x: Tensor, to target: Selection, of y: Tensor) {
    guard x.elementCount > 0 else { return }
    let walk = Walk(x.shape, x.shape.strides, target.strides)
    switch x.dtype {
    case .float32:
      ck_accumulate_strided_f32(
        walk.rank, walk.sizes, x.f32, walk.strides[0], y.f32 + target.offset, walk.strides[1])
    case .float64:
      ck_accumulate_strided_f64(
        walk.rank, walk.sizes, x.f64, walk.strides[0], y.f64 + target.offset, walk.strides[1])
    case .bfloat16:
      let sum = binary(ck_binary_add, copy(target, of: y), x, "accumulate")
      copy(Selection(sum.shape), of: sum, to: target, of: y)
    default: unsupported("accumulate", x.dtype)
    }
  }

  /// Zeros of `shape`, with `x` at the chosen positions: the transpose of choosing.
  static func embed(_ x: Tensor, at target: Selection, in shape: Shape) -> Tensor {
    let y = Tensor(zeros: shape, dtype: x.dtype)
    copy(Selection(x.shape), of: x, to: target, of: y)
    return y
  }

  static func permute(_ x: Tensor, _ permutation: [Int]) -> Tensor {
    var selection = Selection()
    let strides = x.shape.strides
    selection.sizes = permutation.map { x.shape[$0] }
    selection.strides = permutation.map { strides[$0] }
    return copy(selection, of: x)
  }

  static func broadcast(_ x: Tensor, to shape: Shape) -> Tensor {
    var selection = Selection(shape)
    selection.strides = x.shape.strides(broadcastTo: shape)
    return copy(selection, of: x)
  }

  /// `y[o, i, :] = x[o, indices[i], :]` along an axis.
  static func gather(_ x: Tensor, _ indices: Tensor, axis: Int) -> Tensor {
    var shape = x.shape
    shape[axis] = indices.elementCount
    let y = Tensor(uninitialized: shape, x.dtype)
    let (outer, size, inner) = x.shape.split(at: axis)
    ck_gather_rows(
      Int32(x.dtype.size), outer, size, inner, indices.i32, Int64(indices.elementCount), x.storage.pointer,
      y.storage.pointer)
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
    switch y.dtype {
    case .float32: ck_scatter_add_rows_f32(outer, size, inner, indices.i32, count, rows.f32, y.f32)
    case .float64: ck_scatter_add_rows_f64(outer, size, inner, indices.i32, count, rows.f64, y.f64)
    case .bfloat16: return rounded(scatterAdd(widened(rows), indices, axis: axis, into: widened(y)))
    default:
      let sums = scatterAdd(cast(rows, to: .float64), indices, axis: axis, into: cast(y, to: .float64))
      return integers(sums, of: y.dtype, "scatterAdd")
    }
    return y
  }

  /// Rows put in place of those of a fresh tensor that the indices name, the last of equal ones.
  static func scatter(_ rows: Tensor, _ indices: Tensor, axis: Int, into y: Tensor) -> Tensor {
    let (outer, size, inner) = y.shape.split(at: axis)
    ck_scatter_rows(
      Int32(y.dtype.size), outer, size, inner, indices.i32, Int64(indices.elementCount),
      rows.storage.pointer, y.storage.pointer)
    return y
  }

  /// `y[o, i, j] = x[o, indices[o, i, j], j]` along an axis.
  static func gatherElements(_ x: Tensor, _ indices: Tensor, axis: Int) -> Tensor {
    let y = Tensor(uninitialized: indices.shape, x.dtype)
    let (outer, size, inner) = x.shape.split(at: axis)
    ck_gather_elements(
      Int32(x.dtype.size), outer, size, inner, indices.i32, Int64(indices.shape[axis]), x.storage.pointer,
      y.storage.pointer)
    return y
  }

  static func scatterAddElements(_ dy: Tensor, _ indices: Tensor, axis: Int, shape: Shape) -> Tensor {
    scatterAddElements(dy, indices, axis: axis, into: Tensor(zeros: shape, dtype: dy.dtype))
  }

  /// Elements added to those of a fresh tensor that the indices name.
  static func scatterAddElements(_ values: Tensor, _ indices: Tensor, axis: Int, into y: Tensor) -> Tensor {
    let (outer, size, inner) = y.shape.split(at: axis)
    let count = Int64(indices.shape[axis])
    switch y.dtype {
    case .float32: ck_scatter_add_elements_f32(outer, size, inner, indices.i32, count, values.f32, y.f32)
    case .float64: ck_scatter_add_elements_f64(outer, size, inner, indices.i32, count, values.f64, y.f64)
    case .bfloat16: return rounded(scatterAddElements(widened(values), indices, axis: axis, into: widened(y)))
    default:
      let (wide, sums) = (cast(values, to: .float64), cast(y, to: .float64))
      return integers(
        scatterAddElements(wide, indices, axis: axis, into: sums), of: y.dtype, "scatterAdd")
    }
    return y
  }

  /// Elements put in place of those of a fresh tensor that the indices name, the last of equal ones.
  static func scatterElements(_ values: Tensor, _ indices: Tensor, axis: Int, into y: Tensor) -> Tensor {
    let (outer, size, inner) = y.shape.split(at: axis)
    ck_scatter_elements(
      Int32(y.dtype.size), outer, size, inner, indices.i32, Int64(indices.shape[axis]),
      values.storage.pointer, y.storage.pointer)
    return y
  }

  /// A copy that kernels may write into.
  static func copied(_ x: Tensor) -> Tensor {
    var result = x.detached()
    result.makeUnique()
    return result
  }
}

extension Shape {
  /// The elements before, along and after an axis.
  func split(at axis: Int) -> (outer: Int64, size: Int64, inner: Int64) {
    let front = self.prefix(axis).reduce(1, *)
    let back = self.suffix(from: axis + 1).reduce(1, *)
    return (Int64(front), Int64(self[axis]), Int64(back))
  }
}
