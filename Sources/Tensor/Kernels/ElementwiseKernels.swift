import CKernels

extension Kernel {
  static func unary(_ operation: ck_unary, _ x: Tensor, _ p: Double = 0, _ q: Double = 0) -> Tensor {
    let y = Tensor(uninitialized: x.shape, x.dtype)
    let count = Int64(x.elementCount)
    switch x.dtype {
    case .float32: ck_unary_f32(operation, count, x.f32, p, q, y.f32)
    case .float64: ck_unary_f64(operation, count, x.f64, p, q, y.f64)
    case .bfloat16: ck_unary_bf16(operation, count, x.u16, p, q, y.u16)
    default: unsupported("an elementwise function", x.dtype)
    }
    return y
  }

  /// The gradient of a unary operation from whichever of its input and output it needs.
  static func unaryGradient(
    _ operation: ck_unary, input: Tensor?, output: Tensor?, _ dy: Tensor, _ p: Double, _ q: Double
  ) -> Tensor {
    let dx = Tensor(uninitialized: dy.shape, dy.dtype)
    let count = Int64(dy.elementCount)
    switch dy.dtype {
    case .float32: ck_unary_gradient_f32(operation, count, input?.f32, output?.f32, dy.f32, p, q, dx.f32)
    case .float64: ck_unary_gradient_f64(operation, count, input?.f64, output?.f64, dy.f64, p, q, dx.f64)
    case .bfloat16:
      ck_unary_gradient_bf16(operation, count, input?.u16, output?.u16, dy.u16, p, q, dx.u16)
    default: unsupported("an elementwise function", dy.dtype)
    }
    return dx
  }

  static func binary(_ operation: ck_binary, _ a: Tensor, _ b: Tensor, _ name: String) -> Tensor {
    requireSame(a, b, name)
    if a.dtype == .uint8 {
      // Bytes wrap.
      let wide = binary(operation, a.to(.int32), b.to(.int32), name)
      return binary(ck_binary_remainder, wide, Tensor(256, dtype: .int32), name).to(.uint8)
    }
    let y = Tensor(uninitialized: broadcast(a, b, name), a.dtype)
    if a.shape == b.shape {
      var size = Int64(a.elementCount)
      var step: Int64 = 1
      binary(operation, 1, &size, a, &step, b, &step, y, name)
    } else {
      let walk = Walk(y.shape, a.shape.strides(broadcastTo: y.shape), b.shape.strides(broadcastTo: y.shape))
      binary(operation, walk.rank, walk.sizes, a, walk.strides[0], b, walk.strides[1], y, name)
    }
    return y
  }

  private static func binary(
    _ operation: ck_binary, _ rank: Int32, _ sizes: UnsafePointer<Int64>, _ a: Tensor,
    _ aStrides: UnsafePointer<Int64>, _ b: Tensor, _ bStrides: UnsafePointer<Int64>, _ y: Tensor,
    _ name: String
  ) {
    switch y.dtype {
    case .float32: ck_binary_f32(operation, rank, sizes, a.f32, aStrides, b.f32, bStrides, y.f32)
    case .float64: ck_binary_f64(operation, rank, sizes, a.f64, aStrides, b.f64, bStrides, y.f64)
    case .bfloat16: ck_binary_bf16(operation, rank, sizes, a.u16, aStrides, b.u16, bStrides, y.u16)
    case .int32: ck_binary_i32(operation, rank, sizes, a.i32, aStrides, b.i32, bStrides, y.i32)
    default: unsupported(name, y.dtype)
    }
  }

  /// Adds `x`, stretched, to a tensor whose memory is nobody else's.
  static func add(_ x: Tensor, to y: Tensor) {
    let walk = Walk(y.shape, y.shape.strides, x.shape.strides(broadcastTo: y.shape))
    binary(ck_binary_add, walk.rank, walk.sizes, y, walk.strides[0], x, walk.strides[1], y, "+")
  }

  static func compare(_ operation: ck_comparison, _ a: Tensor, _ b: Tensor, _ name: String) -> Tensor {
    requireSame(a, b, name)
    if a.dtype == .bfloat16 { return compare(operation, widened(a), widened(b), name) }
    if !a.dtype.isFloatingPoint && a.dtype != .int32 {
      return compare(operation, a.to(.int32), b.to(.int32), name)
    }
    let y = Tensor(uninitialized: broadcast(a, b, name), .bool)
    let walk = Walk(y.shape, a.shape.strides(broadcastTo: y.shape), b.shape.strides(broadcastTo: y.shape))
    let (sizes, left, right) = (walk.sizes, walk.strides[0], walk.strides[1])
    switch a.dtype {
    case .float32: ck_compare_f32(operation, walk.rank, sizes, a.f32, left, b.f32, right, y.u8)
    case .float64: ck_compare_f64(operation, walk.rank, sizes, a.f64, left, b.f64, right, y.u8)
    default: ck_compare_i32(operation, walk.rank, sizes, a.i32, left, b.i32, right, y.u8)
    }
    return y
  }

  /// `condition ? a : b`, the three broadcast together.
  static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    requireSame(a, b, "where")
    require(condition.dtype == .bool, "where: the condition is \(condition.dtype), not bool")
    let shape = broadcast(condition, Tensor(a, viewedAs: broadcast(a, b, "where")), "where")
    let y = Tensor(uninitialized: shape, a.dtype)
    let walk = Walk(
      shape, condition.shape.strides(broadcastTo: shape), a.shape.strides(broadcastTo: shape),
      b.shape.strides(broadcastTo: shape))
    let (sizes, steps) = (walk.sizes, walk.strides)
    switch a.dtype {
    case .float32:
      ck_where_f32(
        walk.rank, sizes, condition.u8, steps[0], a.f32, steps[1], b.f32, steps[2], y.f32)
    case .float64:
      ck_where_f64(
        walk.rank, sizes, condition.u8, steps[0], a.f64, steps[1], b.f64, steps[2], y.f64)
    default:
      return select(condition, a.to(.float64), b.to(.float64)).to(a.dtype)
    }
    return y
  }

  static func broadcast(_ a: Tensor, _ b: Tensor, _ name: String) -> Shape {
    guard let shape = Shape.broadcast(a.shape, b.shape) else {
      fatalError("\(name): shapes \(a.shape) and \(b.shape) don't fit together")
    }
    return shape
  }

  static func fill(_ tensor: Tensor, _ value: Double) {
    let count = Int64(tensor.elementCount)
    require(
      tensor.dtype.isFloatingPoint || tensor.dtype.holds(value),
      "\(value) is not a value of \(tensor.dtype) tensors; convert with to(_:)")
    switch tensor.dtype {
    case .float32: ck_fill_f32(count, value, tensor.f32)
    case .float64: ck_fill_f64(count, value, tensor.f64)
    case .bfloat16:
      let value = rounded(Tensor(value))
      tensor.u16.update(repeating: value.u16.pointee, count: Int(count))
    case .int32: tensor.i32.update(repeating: Int32(value), count: Int(count))
    // Negative numbers wrap, as arithmetic does: x − 1 of bytes adds 255.
    case .uint8: tensor.u8.update(repeating: UInt8(truncatingIfNeeded: Int(value)), count: Int(count))
    case .bool: tensor.u8.update(repeating: value == 0 ? 0 : 1, count: Int(count))
    }
  }

  static func cast(_ x: Tensor, to dtype: DType) -> Tensor {
    let y = Tensor(uninitialized: x.shape, dtype)
    ck_cast(x.dtype.kernelType, dtype.kernelType, Int64(x.elementCount), x.storage.pointer, y.storage.pointer)
    return y
  }
}

extension DType {
  /// Whether a number is one of this type of integers; bytes may be negative.
  fileprivate func holds(_ value: Double) -> Bool {
    guard let integer = Int(exactly: value) else { return false }
    return switch self {
    case .int32: Int32(exactly: integer) != nil
    case .uint8: (-255...255).contains(integer)
    default: true
    }
  }

  fileprivate var kernelType: ck_type {
    switch self {
    case .float32: ck_type_f32
    case .float64: ck_type_f64
    case .bfloat16: ck_type_bf16
    case .int32: ck_type_i32
    case .uint8: ck_type_u8
    case .bool: ck_type_bool
    }
  }
}

extension Tensor {
  /// Adds another tensor of the same shape in place; copies first only where the memory is shared.
  mutating func accumulate(_ other: Tensor) {
    require(
      shape == other.shape && dtype == other.dtype,
      "accumulate: \(other.dtype) \(other.shape) into \(dtype) \(shape)")
    if isKnownUniquelyReferenced(&storage) {
      Kernel.add(other, to: self)
    } else {
      self = Kernel.binary(ck_binary_add, self, other, "accumulate")
    }
  }
}
