import Tensor

/// The element types of the format that have a counterpart here.
enum SafeTensorsType: String {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case uint8 = "U8"
  case bool = "BOOL"

  init(_ dtype: DType) {
    self =
      switch dtype {
      case .float64: .float64
      case .float32: .float32
      case .bfloat16: .bfloat16
      case .int32: .int32
      case .uint8: .uint8
      case .bool: .bool
      }
  }

  /// Bytes per element.
  var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .uint8, .bool: 1
    }
  }

  /// The tensor of some elements; `failure` makes the error from its reason.
  func tensor(
    _ bytes: UnsafeRawBufferPointer, _ shape: Shape, failure: (String) -> CheckpointError
  ) throws -> Tensor {
    // The place in the file need not be aligned.
    func elements<Stored: BitwiseCopyable>(_ type: Stored.Type) -> some Sequence<Stored> {
      stride(from: 0, to: bytes.count, by: size).lazy.map {
        bytes.loadUnaligned(fromByteOffset: $0, as: type)
      }
    }
    switch self {
    case .float64: return Tensor(bytes: bytes, shape: shape, dtype: .float64)
    case .float32: return Tensor(bytes: bytes, shape: shape, dtype: .float32)
    case .int32: return Tensor(bytes: bytes, shape: shape, dtype: .int32)
    case .uint8: return Tensor(bytes: bytes, shape: shape, dtype: .uint8)
    case .bool:
      guard bytes.allSatisfy({ $0 <= 1 }) else { throw failure("a truth value is neither 0 nor 1") }
      return Tensor(bytes: bytes, shape: shape, dtype: .bool)
    case .float16:
      return Tensor(elements(UInt16.self).map { Float(Float16(bitPattern: $0)) }, shape: shape)
    case .bfloat16: return Tensor(bytes: bytes, shape: shape, dtype: .bfloat16)
    case .int64:
      let narrowed = try elements(Int64.self).map { value in
        guard let narrow = Int32(exactly: value) else {
          throw failure("the integer \(value) does not fit in 32 bits")
        }
        return narrow
      }
      return Tensor(narrowed, shape: shape)
    }
  }
}
