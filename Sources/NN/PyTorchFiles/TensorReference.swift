import Tensor

/// A tensor as a pickle describes it: elements of a storage, by offset and strides.
struct TensorReference: Sendable, Hashable {
  let storage: StorageReference
  /// The first element, and the distance of neighbours along each axis, in elements.
  let offset: Int
  let sizes: [Int]
  let strides: [Int]

  typealias Unfit = SafeTensorsType.Unfit

  /// The tensor that `_rebuild_tensor_v2` and its kin would make; nil where its arguments are of another kind.
  init?(_ pickle: Pickle, arguments: [Pickle.Value]) {
    guard arguments.count >= 4, var storage = StorageReference(pickle, arguments[0]),
      case .integer(let offset) = arguments[1],
      let sizes = pickle.integers(arguments[2]), let strides = pickle.integers(arguments[3])
    else { return nil }
    // `_rebuild_tensor_v3` says what the elements are, its storages don't.
    if arguments.count > 6, case .global(let type) = arguments[6] { storage.typeName = type }
    (self.storage, self.offset, self.sizes, self.strides) = (storage, offset, sizes, strides)
  }

  /// The elements out of the storage's bytes, row-major.
  func tensor(_ bytes: UnsafeRawBufferPointer) throws(Unfit) -> Tensor {
    guard let type = storage.type else { throw .unsupported }
    let size = type.bits / 8
    let (count, last) = try extent()
    let stored = bytes.count / size
    guard last < stored else { throw .reason("it reaches element \(last) of a storage of \(stored)") }
    // Stretched tensors may have more elements than their storage, but not without bound.
    guard count <= max(stored, 1 << 24) else {
      throw .reason("\(count) elements over a storage of \(stored)")
    }
    if count == 0 { return try type.tensor(UnsafeRawBufferPointer(rebasing: bytes[..<0]), sizes) }
    let start = UnsafeRawBufferPointer(rebasing: bytes[(offset * size)...])
    if isContiguous {
      return try type.tensor(UnsafeRawBufferPointer(rebasing: start[..<(count * size)]), sizes)
    }
    let gathered = gathered(start, count: count, size: size)
    let elements = gathered.withUnsafeBytes { elements in
      Result { () throws(Unfit) in try type.tensor(elements, sizes) }
    }
    return try elements.get()
  }

  /// The elements laid out row by row.
  private func gathered(_ start: UnsafeRawBufferPointer, count: Int, size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count * size) { buffer, filled in
      var index = [Int](repeating: 0, count: sizes.count)
      var position = 0
      // Nothing is ever reached by an axis of one element, whatever its stride.
      let axes = sizes.indices.reversed().filter { sizes[$0] > 1 }
      while filled < count * size {
        for byte in 0..<size {
          buffer.initializeElement(at: filled + byte, to: start[position * size + byte])
        }
        filled += size
        for axis in axes {
          index[axis] += 1
          position += strides[axis]
          if index[axis] < sizes[axis] { break }
          position -= sizes[axis] * strides[axis]
          index[axis] = 0
        }
      }
    }
  }

  private var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(sizes, strides).reversed() {
      if size != 1 && stride != expected { return false }
      expected *= size
    }
    return true
  }

  /// The number of elements, and the last one of the storage that is read; −1 where none is.
  private func extent() throws(Unfit) -> (count: Int, last: Int) {
    let impossible = Unfit.reason("it has the impossible sizes \(sizes) and strides \(strides)")
    guard sizes.count == strides.count, offset >= 0,
      sizes.allSatisfy({ (0...Shape.maximumSize).contains($0) }), strides.allSatisfy({ $0 >= 0 })
    else { throw impossible }
    if sizes.contains(0) { return (0, -1) }
    var (count, last) = (1, offset)
    for (size, stride) in zip(sizes, strides) {
      let (product, tooMany) = count.multipliedReportingOverflow(by: size)
      let (reach, tooFar) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, beyond) = last.addingReportingOverflow(reach)
      guard !tooMany, !tooFar, !beyond else { throw impossible }
      (count, last) = (product, sum)
    }
    return (count, last)
  }
}

/// The memory of one or more tensors, as a pickle names it.
struct StorageReference: Sendable, Hashable {
  /// PyTorch's class, `FloatStorage`; of a storage without one the type that a tensor takes it for, `torch.uint16`.
  fileprivate(set) var typeName: String
  let key: String
  /// The number of elements.
  let count: Int
  /// In the older format a storage may be a part of another one: the first element.
  let viewOffset: Int

  /// The elements' type; nil for one that has no counterpart here.
  var type: SafeTensorsType? { Self.types[typeName]?.type }

  /// PyTorch's name of the elements' type.
  var elementName: String {
    Self.types[typeName]?.name ?? typeName.split(separator: ".").last.map(String.init) ?? ""
  }

  private static let types: [String: (name: String, type: SafeTensorsType)] = [
    "DoubleStorage": ("float64", .float64), "FloatStorage": ("float32", .float32),
    "HalfStorage": ("float16", .float16),
    "BFloat16Storage": ("bfloat16", .bfloat16), "LongStorage": ("int64", .int64),
    "IntStorage": ("int32", .int32),
    "ShortStorage": ("int16", .int16), "CharStorage": ("int8", .int8), "ByteStorage": ("uint8", .uint8),
    "BoolStorage": ("bool", .bool), "ComplexFloatStorage": ("complex64", .complex64),
    "torch.uint16": ("uint16", .uint16), "torch.uint32": ("uint32", .uint32),
    "torch.uint64": ("uint64", .uint64),
    "torch.float8_e4m3fn": ("float8_e4m3fn", .float8e4m3), "torch.float8_e5m2": ("float8_e5m2", .float8e5m2),
  ]

  init?(_ pickle: Pickle, _ value: Pickle.Value) {
    guard case .node(let index) = value, case .persistent(let identity) = pickle.nodes[index],
      let parts = pickle.elements(identity), parts.count >= 5, case .text("storage") = parts[0],
      case .global(let type) = parts[1], case .text(let key) = parts[2], case .integer(let count) = parts[4],
      count >= 0
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
