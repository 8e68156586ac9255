// What stands at a position of the elements in order, over some axes, or over all where none is named.
extension Tensor {
  /// The value that the part `q` of the elements, from 0 to 1, does not exceed; between two elements linearly. The
  /// gradient flows to those two.
  public func quantile(_ q: Double, axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    require(q >= 0 && q <= 1, "quantile: \(q) does not lie in [0, 1]")
    let axes = shape.axes(axis)
    let others = shape.indices.filter { !axes.contains($0) }
    let count = axes.reduce(1) { $0 * shape[$1] }
    require(count > 0, "quantile: of no elements, along axes \(axes) of shape \(shape)")
    let ordered = permuted(others + axes).reshape(Shape(others.map { shape[$0] } + [count])).sorted()
      .values
    let position = q * Double(count - 1)
    let (low, high) = (Int(position), Int(position.rounded(.up)))
    let below = ordered[.ellipsis, low]
    let y = low == high ? below : below + (ordered[.ellipsis, high] - below) * (position - Double(low))
    return keepingAxes ? y.reshape(shape.removing(axes, keepingAxes: true)) : y
  }

  /// The element in the middle; the mean of the two there where their number is even, as NumPy has it (PyTorch takes the
  /// lower one).
  public func median(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    quantile(0.5, axis: axis, keepingAxes: keepingAxes)
  }
}
