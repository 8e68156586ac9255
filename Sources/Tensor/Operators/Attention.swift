extension Tensor {
  /// Scaled dot-product attention (Vaswani et al. 2017), softmax(Q·Kᵀ/√E + M)·V: of queries `[…, L, E]`, keys
  /// `[…, S, E]` and values `[…, S, V]`, the axes before stretched as in arithmetic; returns `[…, L, V]`.
  ///
  /// The mask stretches to `[…, L, S]`. A `bool` one is true where a query may look at a key; a query that may look at
  /// none gets zeros. Any other is added to the scores, as a relative position bias is. With `causal` query i looks at the
  /// keys up to i. `dropout` is the rate at which a recording drops weights.
  public static func scaledDotProductAttention(
    _ queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor? = nil, causal: Bool = false,
    dropout: Double = 0
  ) -> Tensor {
    require(
      queries.rank >= 2 && keys.rank >= 2 && values.rank >= 2 && queries.shape[-1] == keys.shape[-1]
        && keys.shape[-2] == values.shape[-2],
      "scaledDotProductAttention: queries \(queries.shape), keys \(keys.shape), values \(values.shape)")
    let scale = 1 / Double(queries.shape[-1]).squareRoot()
    var scores = (queries * scale).matmul(keys, otherTransposed: true)
    var hidden: Tensor?
    if let mask {
      if mask.dtype == .bool { hidden = .!mask } else { scores += mask.to(scores.dtype) }
    }
    if causal {
      let later = Tensor(0..<keys.shape[-2]) .> Tensor(0..<queries.shape[-2]).expandingAxis(-1)
      hidden = hidden.map { $0 .| later } ?? later
    }
    guard let hidden else { return scores.softmax().dropout(dropout).matmul(values) }
    let weights = scores.replacing(where: hidden, with: -.infinity).softmax()
    // The softmax of nothing is not a number.
    return weights.replacing(where: hidden, with: 0).dropout(dropout).matmul(values)
  }
}
