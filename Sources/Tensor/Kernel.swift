import CKernels

/// The seam to the kernels: tensors in, a fresh tensor out, nothing recorded. Kernels are told the type of the elements and
/// tell whether they know it. What an operator's kernels do stands beside the operator, in extensions of this.
package enum Kernel {
  /// Runs a kernel on elements of some type, and stops where it doesn't know that.
  package static func run(_ operation: String, on dtype: DType, _ kernel: (ck_type) -> Bool) {
    if !kernel(dtype.kernelType) { unsupported(operation, dtype) }
  }

  /// A tensor that a kernel fills.
  package static func make(
    _ operation: String, _ shape: Shape, _ dtype: DType,
    _ kernel: (ck_type, _ y: UnsafeMutableRawPointer) -> Bool
  ) -> Tensor {
    let y = Tensor(uninitialized: shape, dtype)
    if !kernel(dtype.kernelType, y.mutableElements) { unsupported(operation, dtype) }
    return y
  }

  /// A tensor that a kernel fills from another one, of its element type: bfloat16 by way of float32 where the kernel does
  /// not know it.
  package static func make(
    _ operation: String, _ shape: Shape, from x: Tensor,
    _ kernel: (ck_type, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer) -> Bool
  ) -> Tensor {
    let y = Tensor(uninitialized: shape, x.dtype)
    if kernel(x.dtype.kernelType, x.elements, y.mutableElements) { return y }
    if x.dtype != .bfloat16 { unsupported(operation, x.dtype) }
    return rounded(make(operation, shape, from: widened(x), kernel))
  }

  /// The same from two tensors of one element type.
  package static func make(
    _ operation: String, _ shape: Shape, from a: Tensor, _ b: Tensor,
    _ kernel: (
      ck_type, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ y: UnsafeMutableRawPointer
    ) -> Bool
  ) -> Tensor {
    let y = Tensor(uninitialized: shape, a.dtype)
    if kernel(a.dtype.kernelType, a.elements, b.elements, y.mutableElements) { return y }
    if a.dtype != .bfloat16 { unsupported(operation, a.dtype) }
    return rounded(make(operation, shape, from: widened(a), widened(b), kernel))
  }

  static func unsupported(_ operation: String, _ dtype: DType) -> Never {
    fatalError("\(operation) does not take \(dtype) tensors; convert with to(_:)")
  }

  /// Checks that two operands have one element type.
  static func requireSame(_ a: Tensor, _ b: Tensor, _ operation: String) {
    require(
      a.dtype == b.dtype,
      "\(operation): one operand is \(a.dtype), the other \(b.dtype); convert one with to(_:)")
  }

  static func requireFloatingPoint(_ x: Tensor, _ operation: String) {
    if !x.dtype.isFloatingPoint { unsupported(operation, x.dtype) }
  }

  /// Checks that `count` places have `int32` indices.
  static func requireIndices(_ count: Int, _ operation: String) {
    require(count <= 1 << 31, "\(operation): \(count) positions have more indices than int32 tensors hold")
  }

  /// For what eight bits of mantissa are too few.
  static func requireFullPrecision(_ x: Tensor, _ operation: String) {
    if x.dtype != .float32 && x.dtype != .float64 { unsupported(operation, x.dtype) }
  }
}
