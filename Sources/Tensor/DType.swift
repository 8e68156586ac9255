import CKernels

/// The type of a tensor's elements.
///
/// `bfloat16`, the upper half of a `float32`, halves the memory that activations take and, where the processor multiplies
/// it, the time of convolutions. Operators on it compute in float32 and round their result. Their filters, weights and
/// biases stay `float32`, as do these parameters' gradients: a network trains in bfloat16 where it is given such an input.
public enum DType: String, Sendable, Hashable, CaseIterable {
  /// Floating-point numbers of 32, 64 and 16 bits, integers with and without a sign, truth values of a byte each.
  case float32, float64, bfloat16, int32, uint8, bool

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .bfloat16: 2
    case .uint8, .bool: 1
    }
  }

  /// Whether the type can carry gradients.
  public var isFloatingPoint: Bool { self == .float32 || self == .float64 || self == .bfloat16 }

  /// Its name among kernels.
  var kernelType: ck_type {
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

/// A Swift type that can be a tensor's element.
public protocol Scalar: Sendable {
  /// The element type it maps to.
  static var dtype: DType { get }
}

extension Float: Scalar {
  /// `float32`.
  public static var dtype: DType { .float32 }
}
extension Double: Scalar {
  /// `float64`.
  public static var dtype: DType { .float64 }
}
extension Int32: Scalar {
  /// `int32`.
  public static var dtype: DType { .int32 }
}
extension UInt8: Scalar {
  /// `uint8`.
  public static var dtype: DType { .uint8 }
}
extension Bool: Scalar {
  /// `bool`.
  public static var dtype: DType { .bool }
}
