import Tensor

/// The cosine embedding loss of pairs of vectors `[…, C]`: 1 − cos of the angle between those that are to be alike, and
/// max(0, cos − `margin`) of the others; the mean over all pairs. `areAlike` `[…]` is true (not 0) for the former.
public func cosineEmbeddingLoss(
  _ a: Tensor, _ b: Tensor, areAlike: Tensor, margin: Double = 0, reduction: LossReduction = .mean
) -> Tensor {
  let cosines = widened(a, "cosineEmbeddingLoss").cosineSimilarity(widened(b, "cosineEmbeddingLoss"))
  require(
    areAlike.shape == cosines.shape,
    "cosineEmbeddingLoss: \(areAlike.shape) marks for \(cosines.shape) pairs of vectors")
  return reduction(Tensor.where(areAlike.to(.bool), 1 - cosines, (cosines - margin).relu()))
}

/// The triplet loss (Schroff et al. 2015, with distances instead of their squares, as PyTorch has it) of vectors
/// `[…, C]`: max(0, ‖a − p‖ − ‖a − n‖ + `margin`), p being like the anchor a and n unlike; the mean over all triplets.
public func tripletLoss(
  anchors: Tensor, positives: Tensor, negatives: Tensor, margin: Double = 1,
  reduction: LossReduction = .mean
) -> Tensor {
  func distance(_ others: Tensor) -> Tensor {
    (widened(anchors, "tripletLoss") - widened(others, "tripletLoss")).norm(axis: -1)
  }
  return reduction((distance(positives) - distance(negatives) + margin).relu())
}

/// The contrastive loss InfoNCE (van den Oord et al. 2018; MoCo, SimCLR) of queries `[N, C]` and keys `[M, C]`: the
/// cross-entropy of telling each query's own key, that of its number, from all others by the cosines of their angles over
/// the temperature. Where M is larger than N, the keys from N on are nobody's own, such as a memory of earlier ones.
public func infoNCELoss(
  queries: Tensor, keys: Tensor, temperature: Double = 0.07, reduction: LossReduction = .mean
) -> Tensor {
  require(
    queries.rank == 2 && keys.rank == 2 && queries.shape[1] == keys.shape[1]
      && queries.shape[0] <= keys.shape[0],
    "infoNCELoss: queries \(queries.shape), keys \(keys.shape)")
  let (queries, keys) = (widened(queries, "infoNCELoss"), widened(keys, "infoNCELoss"))
  let similarities = queries.normalized().matmul(keys.normalized(), otherTransposed: true)
  return crossEntropy(
    logits: similarities / temperature, labels: Tensor(0..<queries.shape[0]), reduction: reduction)
}
