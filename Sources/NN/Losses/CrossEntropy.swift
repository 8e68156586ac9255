import Tensor

/// Cross-entropy of logits `[…, C]` with labels `[…]` in `0..<C` (integers): the mean over all labels of
/// −log softmax(x)[label], each weighted by its class's weight `[C]` where weights are given, and divided by their sum.
/// Labels equal to `ignoring` (255, say, for what is not annotated) count for nothing. Without a reduction the losses
/// have the labels' shape, 0 where ignored.
///
/// Label smoothing (Szegedy et al. 2016) by ε: the truth is the label with probability 1 − ε, and with ε any class.
public func crossEntropy(
  logits: Tensor, labels: Tensor, classWeights: Tensor? = nil, ignoring ignored: Int? = nil,
  labelSmoothing: Double = 0, reduction: LossReduction = .mean
) -> Tensor {
  require(
    labelSmoothing >= 0 && labelSmoothing <= 1, "crossEntropy: label smoothing by \(labelSmoothing)")
  return likelihoodLoss(
    widened(logits, "crossEntropy").logSoftmax(), labels, classWeights, ignored, smoothing: labelSmoothing,
    reduction, "crossEntropy")
}

/// Cross-entropy of logits `[…, C]` with probabilities of the classes, of the same shape, as mixed labels or another
/// network have them: −Σ g·log softmax(x) over the classes, the mean over the rest.
public func crossEntropy(logits: Tensor, truth: Tensor, reduction: LossReduction = .mean) -> Tensor {
  let x = widened(logits, "crossEntropy")
  return reduction(-weighted(x.logSoftmax(), by: constant(truth, like: x, "crossEntropy")).sum(axis: -1))
}

/// The Kullback-Leibler divergence of log-probabilities `[…, C]` from the true probabilities g of the same shape:
/// Σ g·(log g − log p) over the classes, the mean over the rest.
public func kullbackLeiblerDivergence(
  logProbabilities: Tensor, truth: Tensor, reduction: LossReduction = .mean
) -> Tensor {
  let logProbabilities = widened(logProbabilities, "kullbackLeiblerDivergence")
  let g = constant(truth, like: logProbabilities, "kullbackLeiblerDivergence")
  return reduction(weighted(g.log() - logProbabilities, by: g).sum(axis: -1))
}

/// The negative of the log-probabilities `[…, C]` at labels `[…]` in `0..<C` (integers): weighted, ignored and reduced
/// as in `crossEntropy`, which takes logits instead.
public func negativeLogLikelihood(
  logProbabilities: Tensor, labels: Tensor, classWeights: Tensor? = nil, ignoring ignored: Int? = nil,
  reduction: LossReduction = .mean
) -> Tensor {
  likelihoodLoss(
    widened(logProbabilities, "negativeLogLikelihood"), labels, classWeights, ignored, smoothing: 0,
    reduction,
    "negativeLogLikelihood")
}

private func likelihoodLoss(
  _ logProbabilities: Tensor, _ labels: Tensor, _ classWeights: Tensor?, _ ignored: Int?, smoothing: Double,
  _ reduction: LossReduction, _ loss: String
) -> Tensor {
  let shape = logProbabilities.shape
  require(
    !shape.isEmpty && labels.shape == Shape(shape.dropLast()) && !labels.dtype.isFloatingPoint,
    "\(loss): \(labels.dtype) labels of shape \(labels.shape) for classes of shape \(shape)")
  let all = labels.to(.int32)
  let isCounted = ignored.map { all .!= Double($0) }
  let positions = isCounted.map { .where($0, all, 0) } ?? all
  if let label = positions.index(outside: 0..<shape[-1], loss) {
    fatalError("\(loss): label \(label) is not one of the classes, 0 ..< \(shape[-1])")
  }
  let losses = -logProbabilities.gather(elementsAt: positions.expandingAxis(-1), axis: -1).squeezed(axis: -1)
  let dtype = losses.dtype
  let (counted, classWeights) = (isCounted?.to(dtype), classWeights?.to(dtype))
  let weights = [classWeights?.gather(positions), counted].compactMap { $0 }
  let weight = weights.dropFirst().reduce(weights.first, { $0! * $1 })
  var result = weight.map { weighted(losses, by: $0) } ?? losses
  if smoothing > 0 {
    let ofClasses = -(classWeights.map { weighted(logProbabilities, by: $0) } ?? logProbabilities).mean(
      axis: -1)
    let ofAny = smoothing * (counted.map { weighted(ofClasses, by: $0) } ?? ofClasses)
    result = smoothing == 1 ? ofAny : (1 - smoothing) * result + ofAny
  }
  if reduction == .mean, let weight { return result.sum() / weight.sum() }
  return reduction(result)
}

/// Cross-entropy with the hardest negatives only, as for the anchors of SiamRPN and SSD: of logits `[N, A, C]` with
/// labels `[N, A]`, 0 for background, above 0 for objects, below 0 for what counts for nothing.
///
/// In each sample the objects count, and those of the background whose loss is largest: `ratio` times as many as there
/// are objects, at least `minimum`. The mean over them all, weighted by classes `[C]` as in `crossEntropy`; 0 where none is.
public func hardNegativeCrossEntropy(
  logits: Tensor, labels: Tensor, classWeights: Tensor? = nil, ratio: Int = 3, minimum: Int = 10,
  reduction: LossReduction = .mean
) -> Tensor {
  require(
    logits.rank == 3 && ratio >= 0 && minimum >= 0,
    "hardNegativeCrossEntropy: logits of shape \(logits.shape), a ratio of \(ratio), at least \(minimum)")
  let labels = labels.to(.int32)
  let positions = Tensor.maximum(labels, 0)
  let losses = likelihoodLoss(
    widened(logits, "hardNegativeCrossEntropy").logSoftmax(), positions, nil, nil, smoothing: 0, .none,
    "hardNegativeCrossEntropy")
  let (isObject, isBackground) = (labels .> 0, labels .== 0)
  // Each one's rank among its sample's background.
  let hardness = losses.detached().replacing(where: .!isBackground, with: -.infinity)
  let order = hardness.sorted(descending: true).indices
  let ranks = Tensor(zeros: order.shape, dtype: .int32)
    .scatter(Tensor(0..<order.shape[1]).broadcast(to: order.shape), elementsAt: order, axis: 1)
  let wanted = (isObject.to(.int32).sum(axis: 1, keepingAxes: true) * ratio).clamp(
    min: Double(minimum))
  let counts = (isObject .| (isBackground .& (ranks .< wanted))).to(losses.dtype)
  let weight = classWeights.map { counts * $0.to(losses.dtype).gather(positions) } ?? counts
  let counted = weighted(losses, by: weight)
  if reduction != .mean { return reduction(counted) }
  return counted.sum() / weight.sum().clamp(min: Double(Float.leastNormalMagnitude))
}

/// The mean over the hardest part of each sample: of losses `[N, …]`, the `fraction` of each sample's that are largest
/// (rounded down, at least one). SAMN takes 0.4 of the pixels' cross-entropy.
public func meanOfHardest(_ losses: Tensor, fraction: Double) -> Tensor {
  require(
    losses.rank > 1 && fraction > 0 && fraction <= 1,
    "meanOfHardest: \(fraction) of losses of shape \(losses.shape)")
  let rows = widened(losses, "meanOfHardest").flattened(from: 1)
  return rows.topK(min(rows.shape[1], max(1, Int(Double(rows.shape[1]) * fraction)))).values.mean()
}
