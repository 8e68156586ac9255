import Tensor

/// SFSeg: the segmentation of a video as the leading eigenvector of its pixels' space-time graph, by filtering
/// (Burceanu & Leordeanu 2020; SFSeg++, §3 and §4.1). Differentiable in unary and pairwise maps through all iterations.
///
///     let segmentation = SpectralSegmenter(kernel: [3, 7, 7])
///     let mask = segmentation(unary: s, pairwise: f) .> 0.5
public struct SpectralSegmenter: Sendable, Hashable {
  /// The odd sizes of the neighbourhood in time, height and width.
  public var kernel: [Int]
  /// How much a difference of features weakens a link; divided by the number of pairwise channels.
  public var alpha: Double
  /// The power of the unary scores: 0.1 for unsupervised inputs, 0.2 for semi-supervised ones.
  public var p: Double
  /// The number of steps.
  public var iterations: Int
  /// The steps before each further one is followed by a soft binarisation σ(slope·(x − ½)).
  public var continuousIterations: Int
  /// The steepness of the soft binarisation.
  public var slope: Double
  /// The Taylor form of the links between pixels, or the exact ones.
  public var `operator`: SpectralGraph.Links
  /// What follows each step. The spectral one never binarises.
  public var normalization: SpectralNormalization
  /// Whether the steps restart from the unary scores, the more the less they make these agree in time; only by degree.
  public var restarts: Bool
  /// Whether the pixels of a frame weigh less whose scores cover far more or far less than those of the frames around;
  /// only by degree.
  public var trustsFrames: Bool

  /// The paper's setting, and what the reproduction adds where it is silent (slope, continuous iterations).
  public init(
    kernel: [Int] = [3, 7, 7], alpha: Double = 1, p: Double = 0.1, iterations: Int = 5,
    continuousIterations: Int = 3, slope: Double = 10, normalization: SpectralNormalization = .frameRange,
    operator links: SpectralGraph.Links = .taylor, restarts: Bool = false, trustsFrames: Bool = false
  ) {
    require(
      !restarts && !trustsFrames || normalization == .degree,
      "SpectralSegmenter: restarts or trust in frames with steps normalised by \(normalization)")
    (self.kernel, self.alpha, self.p, self.iterations) = (kernel, alpha, p, iterations)
    (self.continuousIterations, self.slope) = (continuousIterations, slope)
    (self.normalization, self.operator) = (normalization, links)
    (self.restarts, self.trustsFrames) = (restarts, trustsFrames)
  }

  /// What refines other methods' masks best, hard ones too, with colours in L*a*b* as features and along the motion: in
  /// each of eight steps a pixel takes the links' vote of its nearest neighbours in the seven frames around, exact links
  /// that fall to 1/e at a distance of ten units of L*a*b*. Thresholded at ½, votes favour neither side: p is 0. Masks
  /// that agree along the motion as they are come back as they are, by restarts.
  public static let refinement = SpectralSegmenter(
    kernel: [7, 3, 3], alpha: 300, p: 0, iterations: 8, continuousIterations: 8, normalization: .degree,
    operator: .exact, restarts: true, trustsFrames: true)

  /// The soft mask `[N, T, H, W]`.
  ///
  /// - Parameters:
  ///   - s: unary scores in [0, 1], `[N, T, H, W]`. A score of 0 could never become foreground, so they are mapped to
  ///     [0.05, 0.95] first.
  ///   - f: pairwise features in [0, 1], of the unary's shape or `[N, T, H, W, C]`.
  ///   - start: where the iteration starts; the mapped unary scores unless given.
  ///   - motion: where the pixels move; without it the neighbours in other frames lie around the same place.
  ///   - alpha: stands in for the segmenter's, one value; gradients flow to it.
  ///   - p: stands in for the segmenter's, one value; gradients flow to it.
  ///   - slope: stands in for the segmenter's, one value; gradients flow to it.
  ///   - afterStep: told the number of steps done after each; what it throws ends the segmentation.
  public func callAsFunction(
    unary s: Tensor, pairwise f: consuming Tensor, start: Tensor? = nil, motion: SpectralMotion? = nil,
    alpha: Tensor? = nil, p: Tensor? = nil, slope: Tensor? = nil, afterStep: ((Int) throws -> Void)? = nil
  ) rethrows -> Tensor {
    try solution(
      unary: s, pairwise: consume f, start: start, motion: motion, alpha: alpha, p: p, slope: slope,
      afterStep: afterStep
    ).mask
  }

  /// The soft mask `[N, T, H, W]`, and the share λ of the scores that its steps restart from, `[N, 1, 1, 1]`; nil where
  /// they don't.
  func solution(
    unary s: Tensor, pairwise f: consuming Tensor, start: Tensor? = nil, motion: SpectralMotion? = nil,
    alpha: Tensor? = nil, p: Tensor? = nil, slope: Tensor? = nil, afterStep: ((Int) throws -> Void)? = nil
  ) rethrows -> (mask: Tensor, restartShare: Tensor?) {
    let scores = scores(of: s)
    let weight = trusting(p.map { scores.pow($0) } ?? scores.pow(self.p), scores: scores)
    let walk = try iterated(
      from: start ?? scores, weight: weight, planes: featurePlanes(consume f, of: s.shape), motion: motion,
      alpha: alpha, slope: slope, afterStep: afterStep)
    return restarts ? restarted([scores] + walk.dropFirst(), motion: motion) : (walk[0], nil)
  }

  /// Unary scores mapped to [0.05, 0.95].
  func scores(of s: Tensor) -> Tensor { 0.05 + 0.9 * s }

  /// The weights S^p of the scores S, those of whole frames included.
  func trusting(_ weight: Tensor, scores: @autoclosure () -> Tensor) -> Tensor {
    trustsFrames ? weight * frameTrust(scores()) : weight
  }

  /// What the iterations make of x, with the unary weights S^p given, and the features by planes: where the segmenter
  /// restarts, x and all steps' results, otherwise the last one alone.
  func iterated(
    from start: Tensor, weight: Tensor, planes f: consuming Tensor, motion: SpectralMotion? = nil,
    alpha: Tensor? = nil, slope: Tensor? = nil, afterStep: ((Int) throws -> Void)? = nil
  ) rethrows -> [Tensor] {
    // A learned alpha is that between the features √α·F; every normalisation takes off the scale it leaves.
    if let alpha { f = f * alpha.sqrt() }
    let strength = (alpha == nil ? self.alpha : 1) / (f.rank == 5 ? Double(f.shape[0]) : 1)
    let isRecorded = Tensor.isAnyRecorded(start, weight, f)
    let step = step(weight: weight, planes: f, alpha: strength, motion: motion, isRecorded: isRecorded)

    var x = start, walk = [start]
    for iteration in 0..<iterations {
      x = step(x)
      if iteration >= continuousIterations && normalization != .spectral {
        x = slope.map { softBinarized(x, slope: $0) } ?? softBinarized(x, slope: self.slope)
      }
      if restarts { walk.append(x) }
      try afterStep?(iteration + 1)
    }
    let binarizes = iterations > continuousIterations
    return restarts ? walk : [normalization == .frameRange && binarizes ? frameRangeNormalized(x) : x]
  }

  /// A step, normalised; what several of them share is done once.
  private func step(
    weight: Tensor, planes f: Tensor, alpha: Double, motion: SpectralMotion?, isRecorded: Bool
  ) -> (Tensor) -> Tensor {
    func product(_ x: Tensor) -> Tensor {
      spectralProduct(
        x, weight: weight, planes: f, kernel: kernel, alpha: alpha, operator: self.operator, motion: motion)
    }
    switch normalization {
    case .spectral: return { unitNormalized(product($0)) }
    case .frameRange: return { frameRangeNormalized(product($0)) }
    case .degree where self.operator == .exact && !isRecorded:
      return SpectralWalk(weight: weight, planes: f, kernel: kernel, alpha: alpha, motion: motion).step
    case .degree:
      let degree = spectralDegree(
        weight: weight, planes: f, kernel: kernel, alpha: alpha, operator: self.operator, motion: motion)
      return { product($0) / degree }
    }
  }
}
