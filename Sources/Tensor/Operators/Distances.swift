// How far vectors lie apart, and in which directions.
extension Tensor {
  /// Vectors along an axis divided by their Euclidean length, or by `epsilon` where they are shorter.
  public func normalized(_ axis: Int = -1, epsilon: Double = 1e-12) -> Tensor {
    self / norm(axis, keepingAxes: true).clamp(min: epsilon)
  }

  /// The cosines of the angles between vectors along an axis; the other axes are stretched as in arithmetic. A vector
  /// shorter than `epsilon` counts as that long.
  public func cosineSimilarity(_ other: Tensor, axis: Int = -1, epsilon: Double = 1e-8) -> Tensor {
    (normalized(axis, epsilon: epsilon) * other.normalized(axis, epsilon: epsilon)).sum(axis)
  }

  /// The Euclidean distances of all vectors `[…, N, C]` to all vectors `[…, M, C]`: `[…, N, M]`, the axes before stretched
  /// as in arithmetic. By way of a matrix product, which keeps memory small; of two vectors much closer to each other than
  /// to 0 only the digits that their squared lengths can tell are exact. Between equal vectors no gradient flows.
  public func pairwiseDistances(_ other: Tensor) -> Tensor {
    precondition(
      rank >= 2 && other.rank >= 2 && shape[-1] == other.shape[-1],
      "pairwiseDistances: shapes \(shape) and \(other.shape) are not [..., N, C] and [..., M, C]")
    if dtype == .bfloat16 {
      return to(.float32).pairwiseDistances(other.to(.float32)).to(.bfloat16)
    }
    let (a, b) = (detached(), other.detached())
    let lengths = a.squared().sum(-1, keepingAxes: true) + b.squared().sum(-1).expandingAxis(-2)
    let y = (lengths - 2 * a.matmul(b, otherTransposed: true)).clamp(min: 0).sqrt()
    // Each pair pulls along its difference.
    func pulls(_ dy: Tensor) -> Tensor { (dy / y).replacing(where: y .== 0, with: 0) }
    return y.recorded(
      edge { dy in
        let pull = pulls(dy)
        return (a * pull.sum(-1, keepingAxes: true) - pull.matmul(b)).sum(to: a.shape)
      },
      other.edge { dy in
        let pull = pulls(dy)
        return (b * pull.sum(-2).expandingAxis(-1) - pull.matmul(a, transposed: true)).sum(to: b.shape)
      })
  }
}
