import CKernels

extension Tensor {
  /// Zeros.
  public init(zeros shape: Shape, dtype: DType = .float32) {
    self.init(uninitialized: shape, dtype)
    storage.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: elementCount * dtype.size)
  }

  /// Ones.
  public init(ones shape: Shape, dtype: DType = .float32) {
    self.init(repeating: 1, shape: shape, dtype: dtype)
  }

  /// Zeros of the shape and element type of another tensor.
  public init(zerosLike other: Tensor) { self.init(zeros: other.shape, dtype: other.dtype) }

  /// Ones of the shape and element type of another tensor.
  public init(onesLike other: Tensor) { self.init(ones: other.shape, dtype: other.dtype) }

  /// One value everywhere.
  public init(repeating value: Double, shape: Shape, dtype: DType = .float32) {
    self.init(uninitialized: shape, dtype)
    Kernel.fill(self, value)
  }

  /// A scalar, of shape `[]`, `float32` unless told otherwise.
  public init(_ value: Double, dtype: DType = .float32) {
    self.init(repeating: value, shape: [], dtype: dtype)
  }

  /// A scalar, of shape `[]`, `float32` unless told otherwise.
  @_disfavoredOverload
  public init(_ value: some RealNumber, dtype: DType = .float32) {
    self.init(value.doubleValue, dtype: dtype)
  }

  /// The elements of an array, row-major, of the array's element type. One axis unless a shape is given.
  @_disfavoredOverload  // A literal is a `TensorLiteral`, not an array of `Double`.
  public init<Element: Scalar>(_ elements: [Element], shape: Shape? = nil) {
    let shape = shape ?? [elements.count]
    require(
      shape.elementCount == elements.count, "\(elements.count) elements don't fill the shape \(shape)")
    self.init(uninitialized: shape, Element.dtype)
    elements.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { storage.pointer.copyMemory(from: start, byteCount: bytes.count) }
    }
  }

  /// Whole numbers, row-major, as `int32`. One axis unless a shape is given.
  public init(_ elements: [Int], shape: Shape? = nil) {
    self.init(elements.map { Int32($0) }, shape: shape)
  }

  /// Rows of one length, of the arrays' element type.
  @_disfavoredOverload
  public init<Element: Scalar>(_ rows: [[Element]]) {
    let columns = rows.first?.count ?? 0
    require(rows.allSatisfy { $0.count == columns }, "the rows of a tensor differ in length")
    self.init(rows.flatMap(\.self), shape: [rows.count, columns])
  }

  /// A literal as `float32`: `Tensor([0.5, 1])`, `Tensor([[1, 2], [3, 4]])`. Row-major under a shape where one is given.
  public init(_ elements: [TensorLiteral], shape: Shape? = nil) {
    let literal = TensorLiteral(elements)
    self.init(literal.values.map { Float($0) }, shape: shape ?? Shape(literal.sizes))
  }

  /// Elements as raw bytes in the machine's order, row-major.
  public init(bytes: some Collection<UInt8>, shape: Shape, dtype: DType) {
    require(
      bytes.count == shape.elementCount * dtype.size,
      "\(bytes.count) bytes don't fill \(dtype) elements of the shape \(shape)")
    self.init(uninitialized: shape, dtype)
    UnsafeMutableRawBufferPointer(start: storage.pointer, count: bytes.count).copyBytes(from: bytes)
  }

  /// Elements that a closure writes, all of them, as raw bytes in the machine's order, row-major: the result of a kernel.
  public init(
    unsafeUninitialized shape: Shape, dtype: DType, _ write: (UnsafeMutableRawBufferPointer) throws -> Void
  ) rethrows {
    self.init(uninitialized: shape, dtype)
    try write(UnsafeMutableRawBufferPointer(start: storage.pointer, count: elementCount * dtype.size))
  }

  /// `start, start + step, …` up to `end`, which is left out.
  public init(from start: Double = 0, to end: Double, by step: Double = 1, dtype: DType = .float32) {
    let steps = ((end - start) / step).rounded(.up)
    require(
      step != 0 && steps.magnitude < 0x1p62, "a range from \(start) to \(end) by \(step) is not finite")
    let count = Swift.max(0, Int(steps))
    self = Tensor((0..<count).map { start + Double($0) * step }).to(dtype)
  }

  /// `count` values evenly spaced from `start` to `end`, both included, and both exact.
  public init(linearFrom start: Double, to end: Double, count: Int, dtype: DType = .float32) {
    require(count >= 0, "a line of \(count) values")
    let last = Double(Swift.max(count - 1, 1))
    let step = (end - start).isFinite ? (end - start) / last : end / last - start / last
    // Each counted from the end that is nearer.
    let values = (0..<count).map { index in
      2 * index < count ? start + Double(index) * step : end - Double(count - 1 - index) * step
    }
    self = Tensor(values).to(dtype)
  }

  /// The integers of a range, as `int32`.
  public init(_ range: Range<Int>) {
    require(
      range.isEmpty || Int32(exactly: range.lowerBound) != nil && Int32(exactly: range.upperBound - 1) != nil,
      "the range \(range) has integers that int32 tensors don't hold")
    self.init(range.map { Int32($0) })
  }

  /// The identity matrix `[size, size]`.
  public init(identity size: Int, dtype: DType = .float32) {
    self = Tensor(ones: [size], dtype: dtype).diagonalMatrix()
  }

}

extension Kernel {
  static func fill(_ tensor: Tensor, _ value: Double) {
    let count = Int64(tensor.elementCount)
    require(
      tensor.dtype.isFloatingPoint || tensor.dtype.holds(value),
      "\(value) is not a value of \(tensor.dtype) tensors; convert with to(_:)")
    switch tensor.dtype {
    case .float32, .float64: _ = ck_fill(tensor.dtype.kernelType, count, value, tensor.mutableElements)
    case .bfloat16:
      let value = rounded(Tensor(value)).withUnsafeBytes { $0.load(as: UInt16.self) }
      tensor.mutableElements.initializeMemory(as: UInt16.self, repeating: value, count: Int(count))
    case .int32: tensor.i32.update(repeating: Int32(value), count: Int(count))
    // Negative numbers wrap, as arithmetic does: x − 1 of bytes adds 255.
    case .uint8: tensor.u8.update(repeating: UInt8(truncatingIfNeeded: Int(value)), count: Int(count))
    case .bool: tensor.u8.update(repeating: value == 0 ? 0 : 1, count: Int(count))
    }
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
}

/// A literal of nested lists of numbers: `[[1, 2], [3, 4]]`.
public struct TensorLiteral: ExpressibleByArrayLiteral, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral, Sendable
{
  let sizes: [Int]
  let values: [Double]

  /// A number.
  public init(floatLiteral value: Double) { (sizes, values) = ([], [value]) }
  /// A whole number.
  public init(integerLiteral value: Int) { (sizes, values) = ([], [Double(value)]) }
  /// A list of numbers, or of lists of one length.
  public init(arrayLiteral elements: TensorLiteral...) { self.init(elements) }

  init(_ elements: [TensorLiteral]) {
    let inner = elements.first?.sizes ?? []
    for element in elements {
      require(element.sizes == inner, "the lists of a tensor literal differ in length")
    }
    sizes = [elements.count] + inner
    values = elements.flatMap(\.values)
  }
}

extension Tensor: ExpressibleByArrayLiteral {
  /// A `float32` tensor from a literal: `let x: Tensor = [[1, 2], [3, 4]]`.
  public init(arrayLiteral elements: TensorLiteral...) {
    self.init(elements)
  }
}
