// Lengths, directions and distances of vectors.
extension Tensor {
  /// Vectors along an axis divided by their Euclidean length, or by `epsilon` where they are shorter.
  public func normalized(axis: Int = -1, epsilon: Double = 1e-12) -> Tensor {
    self / norm(axis: axis, keepingAxes: true).clamp(min: epsilon)
  }

  /// The cosines of the angles between vectors along an axis; the other axes are stretched as in arithmetic. A vector
  /// shorter than `epsilon` counts as that long.
  public func cosineSimilarity(_ other: Tensor, axis: Int = -1, epsilon: Double = 1e-8) -> Tensor {
    (normalized(axis: axis, epsilon: epsilon) * other.normalized(axis: axis, epsilon: epsilon)).sum(
      axis: axis)
  }

  /// The Euclidean distances of all vectors `[…, N, C]` to all vectors `[…, M, C]`: `[…, N, M]`, the axes before stretched
  /// as in arithmetic. By way of a matrix product, which takes little memory, in float64, since the distances of close
  /// vectors are small differences of their squared lengths. Between equal vectors no gradient flows.
  public func pairwiseDistances(_ other: Tensor) -> Tensor {
    require(
      rank >= 2 && other.rank >= 2 && shape[-1] == other.shape[-1],
      "pairwiseDistances: shapes \(shape) and \(other.shape) are not [..., N, C] and [..., M, C]")
    Kernel.requireSame(self, other, "pairwiseDistances")
    if dtype != .float64 { return to(.float64).pairwiseDistances(other.to(.float64)).to(dtype) }
    let (x, z) = (detached(), other.detached())
    let lengths = x.squared().sum(axis: -1, keepingAxes: true) + z.squared().sum(axis: -1).expandingAxis(-2)
    let distances = (lengths - 2 * x.matmul(z, otherTransposed: true)).clamp(min: 0).sqrt()
    return distances.recorded { [a = self, b = other] y in
      // Each pair pulls along its difference.
      func pulls(_ dy: Tensor) -> Tensor { dy / y.replacing(where: y .== 0, with: .infinity) }
      return [
        a.edge { dy in
          let pull = pulls(dy)
          return (a * pull.sum(axis: -1, keepingAxes: true) - pull.matmul(b)).sum(to: a.shape)
        },
        b.edge { dy in
          let pull = pulls(dy)
          return (b * pull.sum(axis: -2).expandingAxis(-1) - pull.matmul(a, transposed: true)).sum(
            to: b.shape)
        },
      ]
    }
  }

  /// The cross product of vectors of three numbers along an axis; the other axes are stretched as in arithmetic.
  public func crossProduct(_ other: Tensor, axis: Int = -1) -> Tensor {
    require(
      shape[axis] == 3 && other.shape[axis] == 3,
      "crossProduct: vectors along axis \(axis) of shapes \(shape) and \(other.shape)")
    // Rolled so that each number meets those of the two other axes.
    func next(_ x: Tensor) -> Tensor { x.rolled(by: -1, axis: axis) }
    return next(self * next(other) - next(self) * other)
  }
}
