// What stands at a position of the elements in order, over some axes, or over all where none is named. Where one of them is
// not a number, neither is the result.
extension Tensor {
  /// The value that the part `q` of the elements, from 0 to 1, does not exceed; between two elements linearly. The
  /// gradient flows to those two.
  public func quantile(_ q: Double, axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    quantile(q, shape.axes(axis), keepingAxes: keepingAxes, "quantile")
  }

  /// The element in the middle; the mean of the two there where their number is even, as NumPy has it (PyTorch takes the
  /// lower one).
  public func median(axis: (any Axes)? = nil, keepingAxes: Bool = false) -> Tensor {
    quantile(0.5, shape.axes(axis), keepingAxes: keepingAxes, "median")
  }

  private func quantile(_ q: Double, _ axes: [Int], keepingAxes: Bool, _ operation: String) -> Tensor {
    require(q >= 0 && q <= 1, "\(operation): \(q) does not lie in [0, 1]")
    requireFractions(operation)
    if dtype == .bfloat16 {
      return throughFloat32 { $0.quantile(q, axes, keepingAxes: keepingAxes, operation) }
    }
    let others = shape.indices.filter { !axes.contains($0) }
    let count = axes.reduce(1) { $0 * shape[$1] }
    require(count > 0, "\(operation): of no elements, along axes \(axes) of shape \(shape)")
    let ordered = permuted(others + axes).reshape(Shape(others.map { shape[$0] } + [count])).sorted().values
    let position = q * Double(count - 1)
    let (low, high) = (Int(position), Int(position.rounded(.up)))
    let below = ordered[.ellipsis, low], largest = ordered[.ellipsis, count - 1]
    var y = below
    if low != high {
      let above = ordered[.ellipsis, high], share = position - Double(low)
      let difference = above - below
      y = .where(difference.isFinite(), below + difference * share, below * (1 - share) + above * share)
    }
    y = .where(largest.isNaN(), largest, y)
    return keepingAxes ? y.reshape(shape.removing(axes, keepingAxes: true)) : y
  }
}
