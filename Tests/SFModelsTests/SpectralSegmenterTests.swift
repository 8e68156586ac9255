import COpenBLAS
import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing

@Suite struct SpectralSegmenterTests {
  @Test(arguments: SpectralNormalization.allCases, SpectralGraph.Links.allCases)
  func gradientsFlowThroughAllIterations(_ normalization: SpectralNormalization, _ links: SpectralGraph.Links)
  {
    let segmenter = SpectralSegmenter(
      kernel: [3, 3, 3], p: 0.2, slope: 4, normalization: normalization, operator: links)
    let maps: Input = .uniform([1, 3, 4, 4], 0.1..<0.9)
    #expect(
      gradientErrors(
        GradientCase("segmenter", inputs: [maps, maps]) { segmenter(unary: $0[0], pairwise: $0[1]) }) == [])
  }

  @Test(arguments: SpectralNormalization.allCases)
  func gradientsFlowToWhatStandsInForTheSegmentersValues(_ normalization: SpectralNormalization) {
    let segmenter = SpectralSegmenter(kernel: [3, 3, 3], normalization: normalization)
    let maps: Input = .uniform([1, 3, 4, 4], 0.1..<0.9)
    let inputs = [maps, maps, .values([0.7], [1]), .values([0.3], [1]), .values([4], [1])]
    #expect(
      gradientErrors(
        GradientCase("learned values", inputs: inputs) {
          segmenter(unary: $0[0], pairwise: $0[1], alpha: $0[2], p: $0[3], slope: $0[4])
        }) == [])
    let s = Tensor(uniform: [1, 3, 5, 5], dtype: .float64, seed: 1)
    let f = Tensor(uniform: [1, 3, 5, 5, 2], dtype: .float64, seed: 2)
    func value(_ number: Double) -> Tensor { Tensor([number], shape: [1]) }
    let same =
      segmenter(unary: s, pairwise: f)
      - segmenter(unary: s, pairwise: f, alpha: value(1), p: value(0.1), slope: value(10))
    #expect(same.abs().max().item < 1e-12)
  }

  @Test func eachVolumeIsNormalisedOnItsOwn() {
    let x = Tensor(uniform: [2, 2, 3, 3], seed: 1) * Tensor([1, 100], shape: [2, 1, 1, 1]).to(.float32)
    let norms = unitNormalized(x).squared().sum(axis: [1, 2, 3])
    #expect((norms - 1).abs().max().item < 1e-6)
    let zeros = Tensor(zeros: [1, 2, 3, 3])
    for normalization in SpectralNormalization.allCases {
      let segmenter = SpectralSegmenter(kernel: [3, 3, 3], iterations: 2, normalization: normalization)
      let (value, gradients) = valueWithGradient(at: [zeros]) {
        segmenter(unary: zeros, pairwise: zeros, start: $0[0]).sum()
      }
      #expect(value.item.isFinite && gradients[0].isFinite().isAllTrue)
    }
  }

  @Test func degreeNormalisationIsAVoteThatDoesNotFade() {
    let s = Tensor(uniform: [1, 4, 12, 12], seed: 3), f = Tensor(uniform: [1, 4, 12, 12, 2], seed: 4)
    let segmenter = SpectralSegmenter(
      p: 0.5, iterations: 20, continuousIterations: 20, normalization: .degree)
    let constant = segmenter(unary: s, pairwise: f, start: Tensor(repeating: 0.7, shape: s.shape))
    #expect((constant - 0.7).abs().max().item < 1e-5)
    let votes = segmenter(unary: s, pairwise: f)
    #expect(votes.min().item >= 0.05 && votes.max().item <= 0.95)
    // Links that an alpha too large makes negative leave everything finite.
    var wild = segmenter
    (wild.alpha, wild.iterations) = (50, 5)
    let finite = wild(unary: s, pairwise: f).isFinite().isAllTrue
    #expect(finite)
  }

  @Test func softBinarisationIsTheSigmoidOfItsSlope() {
    let x = Tensor([0, 0.25, 0.5, 1] as [Double], shape: [4])
    let expected = [0.0067, 0.0759, 0.5, 0.9933]
    let found = softBinarized(x, slope: 10).array(of: Double.self)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test func theMixturesMayBeLearnedApartAndWithTheSegmentersValues() {
    let channels = Tensor(uniform: [1, 3, 6, 6, 4], seed: 8)
    let segmenter = SpectralSegmenter(kernel: [3, 3, 3])
    let shared = SFSegPlusPlus(channels: 4, segmenter: segmenter)
    let apart = SFSegPlusPlus(
      channels: 4, learning: [.pairwiseMixture, .alpha, .p, .slope], segmenter: segmenter)
    #expect(shared.parameterCount == 5 && apart.parameterCount == 13)
    #expect((shared(channels) - apart(channels)).abs().max().item < 1e-5)
    let (_, gradients) = valueWithGradient { apart(channels).squared().sum() }
    for (path, parameter) in apart.namedParameters {
      #expect((gradients[parameter]?.abs().max().item ?? 0) > 0, "\(path)")
    }
  }

  @Test func powerIterationFindsTheLeadingEigenvector() {
    let shape: Shape = [1, 4, 8, 8], count = shape.elementCount
    let s = Tensor(uniform: shape, dtype: .float64, seed: 1),
      f = Tensor(uniform: shape, dtype: .float64, seed: 2)
    let segmenter = SpectralSegmenter(kernel: [3, 5, 5], p: 1, iterations: 3000, normalization: .spectral)
    let found = segmenter(unary: s, pairwise: f).array(of: Double.self)

    // The matrix, column by column, is the operator applied to each unit vector.
    let units = Tensor(identity: count, dtype: .float64).reshape(Shape([count] + shape.dropFirst()))
    let scores = (0.05 + 0.9 * s).broadcast(to: units.shape)
    var matrix = spectralStep(
      units, unary: scores, pairwise: f.broadcast(to: units.shape), kernel: [3, 5, 5], p: 1
    ).array(of: Double.self)
    var eigenvalues = [Double](repeating: 0, count: count)
    let size = Int32(count)
    let status = LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 86 /* V */, 85 /* U */, size, &matrix, size, &eigenvalues)
    #expect(status == 0)
    let leading = (0..<count).map { matrix[$0 * count + count - 1] }
    let cosine = abs(zip(found, leading).reduce(0) { $0 + $1.0 * $1.1 })
    #expect(acos(min(1, cosine)) * 180 / .pi <= 0.01)
  }

  @Test(arguments: [SpectralNormalization.frameRange, .degree])
  func aNoisyDiscIsCleaned(_ normalization: SpectralNormalization) {
    let size = 24.0
    let rows = Tensor(from: 0, to: size).reshape(1, 1, 24, 1), columns = rows.permuted(0, 1, 3, 2)
    let centre = 8 + Tensor(from: 0, to: 8).reshape(1, 8, 1, 1)
    let truth = (((rows - 12).squared() + (columns - centre).squared()) .< 36).to(.float32)
    let noise = Tensor(normal: truth.shape, standardDeviation: 0.25, seed: 3)
    let noisy = (0.5 * truth + 0.25 + noise).clamp(min: 0, max: 1)
    func iou(_ mask: Tensor) -> Double {
      let mask = (mask .> 0.5).to(.float32)
      return (mask * truth).sum().item / Tensor.maximum(mask, truth).sum().item
    }
    let segmenter = SpectralSegmenter(
      kernel: [3, 5, 5], iterations: normalization == .degree ? 1 : 5, normalization: normalization)
    let cleaned = segmenter(unary: noisy, pairwise: noisy)
    #expect(cleaned.min().item >= 0 && cleaned.max().item <= 1)
    #expect(iou(cleaned) > iou(noisy) + 0.1)
  }

  @Test func theMixtureLearnsToLeaveNoiseOut() {
    let model = SFSegPlusPlus(channels: 15, segmenter: SpectralSegmenter(kernel: [3, 3, 3], iterations: 1))
    #expect(model.parameterCount == 16)
    let truth = (Tensor(uniform: [2, 3, 16, 16], seed: 5) .> 0.5).to(.float32).expandingAxis(-1)
    let good = (0.8 * truth + 0.1).broadcast(to: [2, 3, 16, 16, 3])
    let channels = Tensor.concatenate([good, Tensor(uniform: [2, 3, 16, 16, 12], seed: 6)], axis: -1)
    let optimizer = AdamW([model.weight, model.bias], learningRate: 0.05, weightDecay: 0, amsgrad: true)
    for _ in 0..<80 {
      let (_, gradients) = valueWithGradient {
        focalDiceLoss(probabilities: model(channels).expandingAxis(-1), truth: truth)
      }
      optimizer.step(gradients)
    }
    let weights = model.weight.value.array()
    #expect(weights[..<3].min()! > 4 * weights[3...].map(abs).reduce(0, +) / 12)
  }
}
