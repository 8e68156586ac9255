import COpenBLAS
import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing

@Suite struct SpectralSegmenterTests {
  @Test(arguments: SpectralNormalization.allCases)
  func gradientsFlowThroughAllIterations(_ normalization: SpectralNormalization) {
    let segmenter = SpectralSegmenter(kernel: [3, 3, 3], p: 0.2, slope: 4, normalization: normalization)
    let maps: Input = .uniform([1, 3, 4, 4], 0.1..<0.9)
    #expect(
      gradientErrors(
        GradientCase("segmenter", inputs: [maps, maps]) { segmenter(unary: $0[0], pairwise: $0[1]) }) == [])
  }

  @Test func powerIterationFindsTheLeadingEigenvector() {
    let shape: Shape = [1, 4, 8, 8], count = shape.elementCount
    let s = Tensor(uniform: shape, dtype: .float64, seed: 1),
      f = Tensor(uniform: shape, dtype: .float64, seed: 2)
    let segmenter = SpectralSegmenter(kernel: [3, 5, 5], p: 1, iterations: 3000, normalization: .spectral)
    let found = segmenter(unary: s, pairwise: f).array(of: Double.self)

    // The matrix, column by column, is the operator applied to each unit vector.
    let units = Tensor(identity: count, dtype: .float64).reshape(to: Shape([count] + shape.dropFirst()))
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
    let noisy = (0.5 * truth + 0.25 + Tensor(normal: truth.shape, deviation: 0.25, seed: 3)).clamp(0, 1)
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
