import Tensor

/// The element types of the format.
enum SafeTensorsType: String {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case uint16 = "U16"
  case int16 = "I16"
  case uint32 = "U32"
  case int32 = "I32"
  case uint64 = "U64"
  case int64 = "I64"
  case float4 = "F4"
  case float6e2m3 = "F6_E2M3"
  case float6e3m2 = "F6_E3M2"
  case float8e5m2 = "F8_E5M2"
  case float8e4m3 = "F8_E4M3"
  case float8e8m0 = "F8_E8M0"
  case float8e4m3fnuz = "F8_E4M3FNUZ"
  case float8e5m2fnuz = "F8_E5M2FNUZ"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float32 = "F32"
  case float64 = "F64"
  case complex64 = "C64"

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

  /// Bits per element.
  var bits: Int {
    switch self {
    case .float4: 4
    case .float6e2m3, .float6e3m2: 6
    case .bool, .uint8, .int8: 8
    case .float8e5m2, .float8e4m3, .float8e8m0, .float8e4m3fnuz, .float8e5m2fnuz: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .uint32, .int32, .float32: 32
    case .uint64, .int64, .float64, .complex64: 64
    }
  }

  /// The tensor of some elements, or why there is none.
  func tensor(_ bytes: UnsafeRawBufferPointer, _ sizes: [Int]) throws(Unfit) -> Tensor {
    guard sizes.count <= Shape.maximumRank else { throw .reason("it has \(sizes.count) axes, more than 8") }
    guard sizes.allSatisfy({ $0 <= Shape.maximumSize }) else {
      throw .reason("it has an axis of \(sizes.max()!) elements, more than \(Shape.maximumSize)")
    }
    let shape = Shape(sizes)
    switch self {
    case .float64: return Tensor(bytes: bytes, shape: shape, dtype: .float64)
    case .float32: return Tensor(bytes: bytes, shape: shape, dtype: .float32)
    case .bfloat16: return Tensor(bytes: bytes, shape: shape, dtype: .bfloat16)
    case .int32: return Tensor(bytes: bytes, shape: shape, dtype: .int32)
    case .uint8: return Tensor(bytes: bytes, shape: shape, dtype: .uint8)
    case .bool: return Tensor(bytes: bytes, shape: shape, dtype: .uint8).to(.bool)
    case .float16:
      return Tensor(elements(bytes, of: UInt16.self).map { Float(Float16(bitPattern: $0)) }, shape: shape)
    case .int8: return try integers(bytes, of: Int8.self, shape)
    case .int16: return try integers(bytes, of: Int16.self, shape)
    case .uint16: return try integers(bytes, of: UInt16.self, shape)
    case .uint32: return try integers(bytes, of: UInt32.self, shape)
    case .int64: return try integers(bytes, of: Int64.self, shape)
    case .uint64: return try integers(bytes, of: UInt64.self, shape)
    default: throw .unsupported
    }
  }

  /// Why elements make no tensor here.
  enum Unfit: Error {
    /// Their type has no counterpart.
    case unsupported
    case reason(String)
  }

  private func integers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, of type: Stored.Type, _ shape: Shape
  ) throws(Unfit) -> Tensor {
    var result: [Int32] = []
    result.reserveCapacity(shape.elementCount)
    for value in elements(bytes, of: type) {
      guard let narrow = Int32(exactly: value) else {
        throw .reason("the integer \(value) does not fit in 32 bits")
      }
      result.append(narrow)
    }
    return Tensor(result, shape: shape)
  }

  /// The position in the file need not be aligned.
  private func elements<Stored: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, of type: Stored.Type
  ) -> some Sequence<Stored> {
    stride(from: 0, to: bytes.count, by: MemoryLayout<Stored>.size).lazy.map {
      bytes.loadUnaligned(fromByteOffset: $0, as: type)
    }
  }
}
