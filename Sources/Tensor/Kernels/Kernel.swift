import CKernels

/// The seam to the kernels: tensors in, a fresh tensor out, nothing recorded. Whoever adds a backend adds it here.
enum Kernel {
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

  /// bfloat16 as float32, for kernels that don't know it.
  static func widened(_ x: Tensor) -> Tensor { cast(x, to: .float32) }

  /// float32 as bfloat16.
  static func rounded(_ x: Tensor) -> Tensor { cast(x, to: .bfloat16) }
}

extension Tensor {
  /// A filter, weight or bias as operators on `x` take it: float32 beside bfloat16.
  func parameter(of x: Tensor, _ operation: String) -> Tensor {
    if x.dtype == .bfloat16 { return to(.float32) }
    Kernel.requireSame(x, self, operation)
    return self
  }

  /// An operator without kernels for bfloat16, computed in float32.
  func throughFloat32(_ operation: (Tensor) -> Tensor) -> Tensor {
    dtype == .bfloat16 ? operation(to(.float32)).to(.bfloat16) : operation(self)
  }
}

/// The axes of a walk over several operands at once, neighbours merged where every operand allows it, so
/// that most walks come down to one or two axes.
struct Walk {
  private(set) var sizes: [Int64] = []
  private(set) var strides: [[Int64]]

  init(_ shape: Shape, _ operands: [Int]...) {
    strides = operands.map { _ in [] }
    for axis in shape.indices.reversed() where shape[axis] != 1 {
      let step = operands.map { Int64($0[axis]) }
      let size = Int64(shape[axis])
      if let outer = sizes.first,
        zip(step, strides).allSatisfy({ $0 == $1[0] * outer })
      {
        sizes[0] *= size
      } else {
        sizes.insert(size, at: 0)
        for operand in strides.indices { strides[operand].insert(step[operand], at: 0) }
      }
    }
    if sizes.isEmpty {
      sizes = [1]
      strides = strides.map { _ in [1] }
    }
  }

  var rank: Int32 { Int32(sizes.count) }
}
