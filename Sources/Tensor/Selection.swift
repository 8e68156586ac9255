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
      Int32(size), walk.rank, walk.sizes, x.elements + source.offset * size, walk.strides[0],
      y.mutableElements + target.offset * size, walk.strides[1])
  }

  /// Adds `x` to the chosen positions of `y`, no two of which are the same.
  static func accumulate(_ x: Tensor, to target: Selection, of y: Tensor) {
    guard x.elementCount > 0 else { return }
    let walk = Walk(x.shape, x.shape.strides, target.strides)
    if x.dtype == .bfloat16 {
      let sum = binary(ck_binary_add, copy(target, of: y), x, "accumulate")
      return copy(Selection(sum.shape), of: sum, to: target, of: y)
    }
    run("accumulate", on: x.dtype) {
      ck_accumulate_strided(
        $0, walk.rank, walk.sizes, x.elements, walk.strides[0],
        y.mutableElements + target.offset * y.dtype.size,
        walk.strides[1])
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

  /// A copy that kernels may write into.
  static func copied(_ x: Tensor) -> Tensor {
    var result = x.detached()
    result.makeUnique()
    return result
  }
}
