// From masks to elements and indices, and from indices to masks.
extension Tensor {
  /// The elements where a `bool` mask holds, row-major, along one axis. A mask of fewer axes stands for the
  /// first ones, and chooses whole slices: `x.maskedSelect(mask)` of `[N, H, W, C]` by `[N, H, W]` is
  /// `[count, C]`.
  public func maskedSelect(_ mask: Tensor) -> Tensor {
    require(
      mask.dtype == .bool && mask.rank <= rank && mask.shape == Shape(shape.prefix(mask.rank)),
      "maskedSelect: a \(mask.dtype) mask of shape \(mask.shape) for shape \(shape)")
    let rows = reshape(Shape([mask.elementCount] + shape.suffix(from: mask.rank)))
    return rows.gather(Tensor(mask.indicesOfTrue("maskedSelect")))
  }

  /// The positions of the elements that are not 0, row-major, `int32` `[count, rank]`.
  public func nonzero() -> Tensor {
    let positions = Tensor(to(.bool).indicesOfTrue("nonzero"))
    let coordinates = zip(shape, shape.strides).map { size, step in
      (positions / Tensor(Double(step), dtype: .int32)).remainder(Double(size))
    }
    return coordinates.isEmpty
      ? Tensor(zeros: [positions.elementCount, 0], dtype: .int32) : .stack(coordinates, axis: -1)
  }

  func indicesOfTrue(_ operation: String) -> [Int32] {
    Kernel.requireIndices(elementCount, operation)
    return withUnsafeBytes { bytes in bytes.indices.filter { bytes[$0] != 0 }.map(Int32.init) }
  }

  /// 1 at each index and 0 elsewhere, along a new last axis of size `classes`.
  public func oneHot(classes: Int, dtype: DType = .float32) -> Tensor {
    (to(.int32).expandingAxis(-1) .== Tensor(0..<classes)).to(dtype)
  }
}
