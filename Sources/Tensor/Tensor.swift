/// An n-dimensional array of numbers, contiguous in memory, the last axis innermost. Images are
/// `[N, H, W, C]`, volumes `[N, T, H, W, C]`.
///
/// A tensor is a value: copies share memory until one of them is changed. Operators run at once; inside
/// `valueWithGradient { … }` and its kin they also leave on the tape how their gradient is found.
public struct Tensor: Sendable {
  var storage: Storage
  /// The sizes of the axes.
  public let shape: Shape
  /// The type of the elements.
  public let dtype: DType
  var position = TapePosition.none

  /// A tensor over memory whose content is arbitrary until a kernel fills it.
  package init(uninitialized shape: Shape, _ dtype: DType) {
    let (byteCount, overflows) = shape.elementCount.multipliedReportingOverflow(by: dtype.size)
    require(!overflows, "a \(dtype) tensor of shape \(shape) has more bytes than can be counted")
    self.storage = Storage(byteCount: byteCount)
    self.shape = shape
    self.dtype = dtype
  }

  /// The same memory under another shape of as many elements.
  init(_ tensor: Tensor, viewedAs shape: Shape) {
    self.storage = tensor.storage
    self.shape = shape
    self.dtype = tensor.dtype
  }

  /// The number of axes.
  public var rank: Int { shape.rank }

  /// The number of elements.
  public var elementCount: Int { shape.elementCount }

  /// The same values, unknown to any tape: no gradient flows through.
  public func detached() -> Tensor {
    var result = self
    result.position = .none
    return result
  }
}

// Kernels read and write through these; a tensor passed to a kernel outlives the call.
extension Tensor {
  /// The elements, to be read.
  package var elements: UnsafeRawPointer { UnsafeRawPointer(storage.pointer) }
  /// The elements of a tensor whose memory is its own: a fresh one, or after `makeUnique()`.
  package var mutableElements: UnsafeMutableRawPointer { storage.pointer }
  /// Those of indices.
  var i32: UnsafeMutablePointer<Int32> { storage.pointer.assumingMemoryBound(to: Int32.self) }
  /// Those of truth values, and of bytes.
  var u8: UnsafeMutablePointer<UInt8> { storage.pointer.assumingMemoryBound(to: UInt8.self) }

  /// Makes the memory this tensor's own, so that a kernel may write into it. The tensor leaves the tape.
  package mutating func makeUnique() {
    position = .none
    if !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(byteCount: storage.byteCount)
      copy.pointer.copyMemory(from: storage.pointer, byteCount: elementCount * dtype.size)
      storage = copy
    }
  }
}

extension Tensor {
  /// Reads the elements in place, row-major, as raw bytes.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    noteReading()
    return try withExtendedLifetime(storage) {
      try body(UnsafeRawBufferPointer(start: storage.pointer, count: elementCount * dtype.size))
    }
  }

  /// Changes the elements in place, row-major, as raw bytes. The tensor leaves the tape.
  public mutating func withUnsafeMutableBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    makeUnique()
    return try withExtendedLifetime(storage) {
      try body(UnsafeMutableRawBufferPointer(start: storage.pointer, count: elementCount * dtype.size))
    }
  }

  /// The elements, row-major, converted to a Swift type where they are of another.
  public func array<Element: Scalar>(of type: Element.Type = Float.self) -> [Element] {
    to(Element.dtype).withUnsafeBytes { bytes in
      [Element](unsafeUninitializedCapacity: elementCount) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        count = elementCount
      }
    }
  }

  /// The elements, row-major, rounded towards 0 where they are no whole numbers.
  public func array(of type: Int.Type) -> [Int] { array(of: Int32.self).map { Int($0) } }

  /// The only element, as a `Double`.
  public var item: Double {
    require(elementCount == 1, "item: the tensor has shape \(shape), not one element")
    noteReading()
    switch dtype {
    case .float32: return Double(elements.load(as: Float.self))
    case .float64: return elements.load(as: Double.self)
    case .bfloat16: return to(.float32).item
    case .int32: return Double(elements.load(as: Int32.self))
    case .uint8, .bool: return Double(elements.load(as: UInt8.self))
    }
  }
}
