import CKernels

extension Tensor {
  /// The slices at the given positions along an axis: `y[…, i, …] = x[…, indices[i], …]`. `indices` is `int32`
  /// with one axis.
  public func gather(_ indices: Tensor, axis: Int = 0) -> Tensor {
    let axis = shape.axis(axis)
    precondition(indices.rank == 1, "gather: the indices have shape \(indices.shape), not one axis")
    checkIndices(indices, axis: axis, "gather")
    return Kernel.gather(self, indices, axis: axis).recorded(
      edge { [shape] dy in Kernel.scatterAdd(dy, indices, axis: axis, shape: shape) })
  }

  /// Elements picked along an axis: `y[i, j, k] = x[i, indices[i, j, k], k]` for axis 1. `indices` is `int32`, of this
  /// shape but for that axis.
  public func gather(elementsAt indices: Tensor, axis: Int) -> Tensor {
    let axis = shape.axis(axis)
    var expected = shape
    if indices.rank == rank { expected[axis] = indices.shape[axis] }
    precondition(
      indices.shape == expected, "gather: indices of shape \(indices.shape) for elements of shape \(shape)")
    checkIndices(indices, axis: axis, "gather")
    return Kernel.gatherElements(self, indices, axis: axis).recorded(
      edge { [shape] dy in Kernel.scatterAddElements(dy, indices, axis: axis, shape: shape) })
  }

  private func checkIndices(_ indices: Tensor, axis: Int, _ name: String) {
    precondition(indices.dtype == .int32, "\(name): the indices are \(indices.dtype), not int32")
    let size = Int32(shape[axis])
    let valid = indices.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: Int32.self) { $0.allSatisfy { $0 >= 0 && $0 < size } }
    }
    precondition(valid, "\(name): an index lies outside axis \(axis) of shape \(shape)")
  }

  /// 1 at each index and 0 elsewhere, along a new last axis of size `classes`.
  public func oneHot(classes: Int, dtype: DType = .float32) -> Tensor {
    (to(.int32).expandingAxis(-1) .== Tensor(0..<classes)).to(dtype)
  }
}
