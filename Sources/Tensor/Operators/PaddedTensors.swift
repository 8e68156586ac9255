/// What a tensor is continued by beyond its borders.
public enum PaddingMode: String, Sendable, CaseIterable {
  /// The element at the border.
  case replicate
  /// The tensor mirrored at the element at the border: `c b | a b c | b a`.
  case reflect
  /// The tensor from its other end: `b c | a b c | a b`.
  case circular
}

// Widths count elements before and after each axis; a negative one cuts elements off.
extension Tensor {
  /// Padded with a value: `widths[i]` elements before and after axis i.
  public func padded(_ widths: [(before: Int, after: Int)], value: Double = 0) -> Tensor {
    let padded = shape(paddedBy: widths)
    // The elements that stay, here and in the result.
    var kept = Selection(shape), inside = Selection(padded)
    for (axis, width) in widths.enumerated() {
      let size = Swift.max(0, shape[axis] + Swift.min(width.before, 0) + Swift.min(width.after, 0))
      (kept.sizes[axis], inside.sizes[axis]) = (size, size)
      kept.offset += Swift.max(0, -width.before) * kept.strides[axis]
      inside.offset += Swift.max(0, width.before) * inside.strides[axis]
    }
    let y = Tensor(repeating: value, shape: padded, dtype: dtype)
    Kernel.copy(kept, of: self, to: inside, of: y)
    return y.recorded(
      edge { [shape, kept, inside] dy in
        let inner = dy.slice(inside)
        return kept.shape == shape ? inner : inner.embedded(at: kept, in: shape)
      })
  }

  /// Padded with its own elements: `widths[i]` of them before and after axis i. What is mirrored is mirrored again
  /// where the width asks for more than the axis has.
  public func padded(_ widths: [(before: Int, after: Int)], mode: PaddingMode) -> Tensor {
    let padded = shape(paddedBy: widths)
    return shape.indices.reduce(self) { x, axis in
      let (before, after) = widths[axis], size = shape[axis]
      if before == 0 && after == 0 { return x }
      require(size > 0, "padded: axis \(axis) of shape \(shape) has no elements to continue")
      let sources = (0..<padded[axis]).map { Int32(mode.source(of: $0 - before, size: size)) }
      return x.gather(Tensor(sources), axis: axis)
    }
  }

  private func shape(paddedBy widths: [(before: Int, after: Int)]) -> Shape {
    require(
      widths.count == rank && zip(shape, widths).allSatisfy { $0 + $1.before + $1.after >= 0 },
      "padded: widths \(widths) don't fit shape \(shape)")
    return Shape(zip(shape, widths).map { $0 + $1.before + $1.after })
  }
}

extension PaddingMode {
  /// The element of an axis that stands at a position, which may lie beyond its ends.
  fileprivate func source(of position: Int, size: Int) -> Int {
    func remainder(_ a: Int, _ b: Int) -> Int { (a % b + b) % b }
    switch self {
    case .replicate: return Swift.min(Swift.max(position, 0), size - 1)
    case .circular: return remainder(position, size)
    case .reflect:
      if size == 1 { return 0 }
      let position = remainder(position, 2 * (size - 1))
      return position < size ? position : 2 * (size - 1) - position
    }
  }
}
