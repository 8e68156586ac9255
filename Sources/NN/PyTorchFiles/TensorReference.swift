import Tensor

/// A tensor as a pickle describes it: elements of a storage, by offset and strides.
struct TensorReference: Sendable, Hashable {
  let storage: StorageReference
  /// The first element, and the distance of neighbours along each axis, in elements.
  let offset: Int
  let sizes: [Int]
  let strides: [Int]

  /// Why a tensor can't be read; one clause.
  struct Unfit: Error {
    let reason: String
  }

  var elementCount: Int { sizes.reduce(1, *) }

  /// The tensor that `_rebuild_tensor_v2` and its kin would make; nil where its arguments are of another kind.
  init?(_ pickle: Pickle, arguments: [Pickle.Value]) {
    guard arguments.count >= 4, let storage = StorageReference(pickle, arguments[0]),
      case .integer(let offset) = arguments[1],
      let sizes = pickle.integers(arguments[2]), let strides = pickle.integers(arguments[3])
    else { return nil }
    (self.storage, self.offset, self.sizes, self.strides) = (storage, offset, sizes, strides)
  }

  /// The elements out of the storage's bytes, row-major.
  func tensor(_ bytes: UnsafeRawBufferPointer) throws -> Tensor {
    guard let type = storage.type else { throw Unfit(reason: "the element type \(storage.typeName) is not supported") }
    let (shape, last) = try extent()
    guard last < bytes.count / type.size else {
      throw Unfit(reason: "it reaches element \(last) of a storage of \(bytes.count / type.size)")
    }
    let start = UnsafeRawBufferPointer(rebasing: bytes[(shape.elementCount == 0 ? 0 : offset * type.size)...])
    if isContiguous { return try type.tensor(UnsafeRawBufferPointer(rebasing: start[..<(shape.elementCount * type.size)]), shape) }
    // Laid out row by row first.
    let gathered = [UInt8](unsafeUninitializedCapacity: shape.elementCount * type.size) { buffer, count in
      var index = [Int](repeating: 0, count: sizes.count)
      var position = 0
      while count < buffer.count {
        for byte in 0..<type.size { buffer.initializeElement(at: count + byte, to: start[position * type.size + byte]) }
        count += type.size
        for axis in sizes.indices.reversed() {
          index[axis] += 1
          position += strides[axis]
          if index[axis] < sizes[axis] { break }
          position -= sizes[axis] * strides[axis]
          index[axis] = 0
        }
      }
    }
    return try gathered.withUnsafeBytes { try type.tensor($0, shape) }
  }

  private var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(sizes, strides).reversed() {
      if size != 1 && stride != expected { return false }
      expected *= size
    }
    return true
  }

  /// The shape, and the last element of the storage that is read; −1 where none is.
  private func extent() throws -> (shape: Shape, last: Int) {
    let impossible = Unfit(reason: "it has the impossible sizes \(sizes) and strides \(strides)")
    guard sizes.count == strides.count, sizes.count <= Shape.maximumRank, offset >= 0,
      sizes.allSatisfy({ 0...Int(Int32.max) ~= $0 }), strides.allSatisfy({ $0 >= 0 })
    else { throw impossible }
    if sizes.contains(0) { return (Shape(sizes), -1) }
    var (count, last) = (1, offset)
    for (size, stride) in zip(sizes, strides) {
      let (product, tooMany) = count.multipliedReportingOverflow(by: size)
      let (reach, tooFar) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, beyond) = last.addingReportingOverflow(reach)
      guard !tooMany, !tooFar, !beyond else { throw impossible }
      (count, last) = (product, sum)
    }
    // Stretched tensors may have more elements than their storage, but not without bound.
    guard count <= max(storage.count, 1 << 24) else {
      throw Unfit(reason: "\(count) elements over a storage of \(storage.count)")
    }
    return (Shape(sizes), last)
  }
}

/// The memory of one or more tensors, as a pickle names it.
struct StorageReference: Sendable, Hashable {
  /// PyTorch's class: `FloatStorage`.
  let typeName: String
  let key: String
  /// The number of elements.
  let count: Int
  /// In the older format a storage may be a part of another one: the first element.
  let viewOffset: Int

  var type: TorchType? { TorchType(storage: typeName) }

  init?(_ pickle: Pickle, _ value: Pickle.Value) {
    guard case .node(let index) = value, case .persistent(let identity) = pickle.nodes[index],
      let parts = pickle.elements(identity), parts.count >= 5, case .text("storage") = parts[0],
      case .global(let type) = parts[1], case .text(let key) = parts[2], case .integer(let count) = parts[4], count >= 0
    else { return nil }
    typeName = String(type.split(separator: ".").last ?? "")
    (self.key, self.count) = (key, count)
    guard parts.count > 5, let view = pickle.elements(parts[5]) else {
      viewOffset = 0
      return
    }
    guard view.count == 3, case .integer(let offset) = view[1], offset >= 0 else { return nil }
    viewOffset = offset
  }
}

/// PyTorch's element types that have a counterpart here.
enum TorchType: String {
  case float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8, bool

  init?(storage name: String) {
    switch name {
    case "DoubleStorage": self = .float64
    case "FloatStorage": self = .float32
    case "HalfStorage": self = .float16
    case "BFloat16Storage": self = .bfloat16
    case "LongStorage": self = .int64
    case "IntStorage": self = .int32
    case "ShortStorage": self = .int16
    case "CharStorage": self = .int8
    case "ByteStorage": self = .uint8
    case "BoolStorage": self = .bool
    default: return nil
    }
  }

  /// Bytes per element.
  var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// The tensor of some elements.
  func tensor(_ bytes: UnsafeRawBufferPointer, _ shape: Shape) throws -> Tensor {
    func widened<Stored: FixedWidthInteger & BitwiseCopyable>(_ type: Stored.Type) -> Tensor {
      Tensor(
        stride(from: 0, to: bytes.count, by: size).map {
          Int32(bytes.loadUnaligned(fromByteOffset: $0, as: type))
        }, shape: shape)
    }
    func stored(_ type: SafeTensorsType) throws -> Tensor {
      try type.tensor(bytes, shape) { TensorReference.Unfit(reason: $0) }
    }
    switch self {
    case .float64: return try stored(.float64)
    case .float32: return try stored(.float32)
    case .float16: return try stored(.float16)
    case .bfloat16: return try stored(.bfloat16)
    case .int64: return try stored(.int64)
    case .int32: return try stored(.int32)
    case .uint8: return try stored(.uint8)
    case .bool: return try stored(.bool)
    case .int16: return widened(Int16.self)
    case .int8: return widened(Int8.self)
    }
  }
}
