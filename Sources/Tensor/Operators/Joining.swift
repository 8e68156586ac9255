import CKernels

// Tensors put together along an axis, and taken apart.
extension Tensor {
  /// Tensors joined along an axis; their other sizes agree.
  public static func concatenate(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    require(!tensors.isEmpty, "concatenate: there is no tensor")
    if tensors.count == 1 { return tensors[0] }
    let axis = tensors[0].shape.axis(axis)
    for tensor in tensors {
      var expected = tensor.shape
      if expected.rank == tensors[0].rank { expected[axis] = tensors[0].shape[axis] }
      require(
        expected == tensors[0].shape,
        "concatenate along axis \(axis): shapes \(tensors[0].shape) and \(tensor.shape) don't fit")
      Kernel.requireSame(tensors[0], tensor, "concatenate")
    }
    let sizes = tensors.map { $0.shape[axis] }
    return Kernel.join(tensors, axis: axis).recorded(jointly: tensors) { dy, wanted in
      dy.isRecorded
        ? dy.split(sizes: sizes, axis: axis) : Kernel.split(dy, sizes: sizes, axis: axis, wanted: wanted)
    }
  }

  /// Tensors of one shape joined along a new axis.
  public static func stack(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    concatenate(tensors.map { $0.expandingAxis(axis) }, axis: axis)
  }

  /// So many tensors of one shape joined along a new first axis. Where nothing is recorded they are made on all CPUs, and never
  /// held all at once.
  package static func stack(_ count: Int, of tensor: @Sendable (Int) -> Tensor) -> Tensor {
    require(count > 0, "stack: there is no tensor")
    if isRecording { return stack((0..<count).map(tensor)) }
    let first = tensor(0)
    let y = Tensor(uninitialized: Shape([count] + first.shape), first.dtype)
    let byteCount = first.elementCount * first.dtype.size
    @Sendable func put(_ tensor: Tensor, at index: Int) {
      require(tensor.shape == first.shape, "stack: shapes \(first.shape) and \(tensor.shape) don't fit")
      Kernel.requireSame(first, tensor, "stack")
      (y.mutableElements + index * byteCount).copyMemory(from: tensor.elements, byteCount: byteCount)
    }
    put(first, at: 0)
    _ = concurrentMap(count - 1) { put(tensor($0 + 1), at: $0 + 1) }
    return y
  }

  /// The tensor cut along an axis into pieces of the given sizes.
  public func split(sizes: [Int], axis: Int = 0) -> [Tensor] {
    let axis = shape.axis(axis)
    require(
      sizes.reduce(0, +) == shape[axis] && sizes.allSatisfy { $0 >= 0 },
      "split: sizes \(sizes) don't make up axis \(axis) of shape \(shape)")
    let parts = Kernel.split(self, sizes: sizes, axis: axis, wanted: sizes.map { _ in true }).map { $0! }
    return Tensor.recorded(parts, jointly: [self]) { [shapes = parts.map(\.shape), dtype] gradients, _ in
      [.concatenate(zip(shapes, gradients).map { $1 ?? Tensor(zeros: $0, dtype: dtype) }, axis: axis)]
    }
  }

  /// The tensor cut along an axis into pieces of one size, the last one smaller where that doesn't divide the
  /// axis.
  public func split(size: Int, axis: Int = 0) -> [Tensor] {
    require(size > 0, "split: pieces of size \(size)")
    let starts = stride(from: 0, to: Swift.max(shape[axis], 1), by: size)
    return split(sizes: starts.map { Swift.min(size, shape[axis] - $0) }, axis: axis)
  }

  /// The tensor cut along an axis into `count` pieces of one size.
  public func split(into count: Int, axis: Int = 0) -> [Tensor] {
    let size = shape[axis]
    require(
      count > 0 && size % count == 0, "split: axis \(axis) of shape \(shape) doesn't divide by \(count)")
    return split(sizes: Array(repeating: size / count, count: count), axis: axis)
  }
}

extension Kernel {
  /// The tensors side by side along an axis.
  static func join(_ parts: [Tensor], axis: Int) -> Tensor {
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    let y = Tensor(uninitialized: shape, parts[0].dtype)
    let rows = shape.split(at: axis).outer
    if shape.elementCount == 0 { return y }
    let widths = parts.map { Int64($0.elementCount * $0.dtype.size) / rows }
    ck_join(
      rows, Int32(parts.count), widths, parts.map { UnsafeRawPointer($0.elements) }, y.mutableElements)
    return y
  }

  /// What `join` made of parts of some sizes, nil for those not wanted.
  static func split(_ x: Tensor, sizes: [Int], axis: Int, wanted: [Bool]) -> [Tensor?] {
    let parts = zip(sizes, wanted).map { size, wanted in
      var shape = x.shape
      shape[axis] = size
      return wanted ? Tensor(uninitialized: shape, x.dtype) : nil
    }
    let (rows, _, inner) = x.shape.split(at: axis)
    let widths = sizes.map { Int64($0 * x.dtype.size) * inner }
    if x.elementCount > 0 {
      ck_split(rows, Int32(sizes.count), widths, x.elements, parts.map { $0?.mutableElements })
    }
    return parts
  }
}
