import CKernels

extension Tensor {
  /// This tensor's values in another element type; to `bool`, whatever is not 0 is true. Differentiable between
  /// the floating-point types.
  public func to(_ dtype: DType) -> Tensor {
    if dtype == self.dtype { return self }
    return Kernel.cast(self, to: dtype).recorded(
      dtype.isFloatingPoint ? edge { [own = self.dtype] dy in dy.to(own) } : nil)
  }

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

extension Kernel {
  static func cast(_ x: Tensor, to dtype: DType) -> Tensor {
    let y = Tensor(uninitialized: x.shape, dtype)
    ck_cast(x.dtype.kernelType, dtype.kernelType, Int64(x.elementCount), x.elements, y.mutableElements)
    return y
  }

  /// bfloat16 as float32, for kernels that don't know it.
  static func widened(_ x: Tensor) -> Tensor { cast(x, to: .float32) }

  /// float32 as bfloat16.
  static func rounded(_ x: Tensor) -> Tensor { cast(x, to: .bfloat16) }

  /// Whole numbers, computed from integers in float64, as integers of a type. Products by 0 may have made them NaN.
  static func integers(_ x: Tensor, of dtype: DType, _ operation: String) -> Tensor {
    let range: ClosedRange<Double> =
      switch dtype {
      case .int32: Double(Int32.min)...Double(Int32.max)
      case .uint8: 0...255
      default: -.infinity ... .infinity
      }
    let values = x.replacing(where: x.isNaN(), with: 0)
    require(
      values.min().item >= range.lowerBound && values.max().item <= range.upperBound,
      "\(operation): a result is out of \(dtype)'s range; convert with to(.float64)")
    return cast(values, to: dtype)
  }
}
