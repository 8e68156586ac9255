/// The type of a tensor's elements.
public enum DType: String, Sendable, Hashable, CaseIterable {
  case float32, float64, int32, uint8, bool

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .uint8, .bool: 1
    }
  }

  /// Whether the type can carry gradients.
  public var isFloatingPoint: Bool { self == .float32 || self == .float64 }
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
