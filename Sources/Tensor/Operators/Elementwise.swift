import CKernels

extension Tensor {
  /// A unary kernel with its gradient, which keeps the input or the output alive, whichever it needs.
  func unary(_ operation: ck_unary, _ p: Double = 0, _ q: Double = 0) -> Tensor {
    if !dtype.isFloatingPoint { return integerUnary(operation, p, q) }
    let y = Kernel.unary(operation, self, p, q)
    guard isRecorded else { return y }
    let input = ck_unary_gradient_uses_input(operation) ? self : nil
    let keepsOutput = ck_unary_gradient_uses_output(operation)
    return y.recorded { y in
      let slope = UnarySlope(operation: operation, p: p, q: q, input: input, output: keepsOutput ? y : nil)
      return [edge { dy in slope(dy) }]
    }
  }

  /// Integers know the operations that stay within the integers.
  private func integerUnary(_ operation: ck_unary, _ p: Double, _ q: Double) -> Tensor {
    switch operation {
    case ck_unary_negate: return Tensor(0, dtype: dtype) - self
    case ck_unary_add_scalar: return self + Tensor(p, dtype: dtype)
    case ck_unary_multiply_scalar: return self * Tensor(p, dtype: dtype)
    case ck_unary_divide_by_scalar: return self / Tensor(p, dtype: dtype)
    case ck_unary_scalar_divided: return Tensor(p, dtype: dtype) / self
    case ck_unary_abs: return dtype == .uint8 ? self : Tensor.maximum(self, -self)
    case ck_unary_squared: return self * self
    case ck_unary_sign: return (self .> 0).to(dtype) - (self .< 0).to(dtype)
    case ck_unary_floor, ck_unary_ceil, ck_unary_round, ck_unary_trunc: return self
    case ck_unary_pow: return pow(Tensor(p, dtype: dtype))
    // These are exact in float64, back in the integers cut to their range.
    case ck_unary_relu, ck_unary_clamp: return to(.float64).unary(operation, p, q).to(dtype)
    default: Kernel.unsupported("this elementwise function", dtype)
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

extension Kernel {
  static func unary(_ operation: ck_unary, _ x: Tensor, _ p: Double = 0, _ q: Double = 0) -> Tensor {
    make("an elementwise function", x.shape, from: x) {
      ck_run_unary($0, operation, Int64(x.elementCount), $1, p, q, $2)
    }
  }

  /// The gradient of a unary operation from whichever of its input and output it needs.
  static func unaryGradient(
    _ operation: ck_unary, input: Tensor?, output: Tensor?, _ dy: Tensor, _ p: Double, _ q: Double
  ) -> Tensor {
    make("an elementwise function", dy.shape, from: dy) {
      ck_run_unary_gradient(
        $0, operation, Int64(dy.elementCount), input?.elements, output?.elements, $1, p, q, $2)
    }
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
    run(name, on: y.dtype) {
      ck_run_binary($0, operation, rank, sizes, a.elements, aStrides, b.elements, bStrides, y.mutableElements)
    }
  }

  /// Adds `x`, stretched, to a tensor whose memory is nobody else's.
  static func add(_ x: Tensor, to y: Tensor) {
    let walk = Walk(y.shape, y.shape.strides, x.shape.strides(broadcastTo: y.shape))
    binary(ck_binary_add, walk.rank, walk.sizes, y, walk.strides[0], x, walk.strides[1], y, "+")
  }

  static func broadcast(_ a: Tensor, _ b: Tensor, _ name: String) -> Shape {
    guard let shape = Shape.broadcast(a.shape, b.shape) else {
      fatalError("\(name): shapes \(a.shape) and \(b.shape) don't fit together")
    }
    return shape
  }
}
