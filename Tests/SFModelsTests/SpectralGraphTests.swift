import Foundation
import SFModels
import Tensor
import Testing

/// The explicit matrices, and their leading eigenvectors by three ways.
@Suite struct SpectralGraphTests {
  /// The figures' toy, smaller: a noisy disc that moves.
  private static func toy(_ shape: Shape = [1, 5, 10, 11]) -> Tensor {
    let (frames, height, width) = (shape[1], shape[2], shape[3])
    let rows = Tensor(from: 0, to: Double(height), dtype: .float64).reshape(1, 1, height, 1)
    let columns = Tensor(from: 0, to: Double(width), dtype: .float64).reshape(1, 1, 1, width)
    let centre = 3 + Tensor(from: 0, to: Double(frames), dtype: .float64).reshape(1, frames, 1, 1)
    let truth = (((rows - 5).squared() + (columns - centre).squared()) .<= 9).to(.float64)
    let noise = Tensor(normal: shape, standardDeviation: 0.25, dtype: .float64, seed: 1)
    return (0.75 * truth + 0.15 + noise).clamp(min: 0.05, max: 0.95)
  }

  @Test(arguments: [[3, 3, 3], [3, 5, 5], [5, 5, 5], [3, 7, 7], [1, 9, 3]], [1, 2])
  func theTaylorMatrixIsTheFilteredOperator(_ kernel: [Int], _ channels: Int) {
    let shape: Shape = [2, 4, 9, 8]
    let d = Tensor(uniform: shape, in: 0.05..<0.95, dtype: .float64, seed: 2)
    let f = Tensor(uniform: channels == 1 ? shape : [2, 4, 9, 8, channels], dtype: .float64, seed: 3)
    let x = Tensor(normal: shape, dtype: .float64, seed: 4)
    let graph = SpectralGraph(weight: d, pairwise: f, kernel: kernel, alpha: 0.7, links: .taylor)
    let expected = graph.product(x), scale = expected.abs().max().item
    let y = spectralProduct(x, weight: d, pairwise: f, kernel: kernel, alpha: 0.7)
    #expect((y - expected).abs().max().item <= 1e-12 * scale)
    let single = spectralProduct(
      x.to(.float32), weight: d.to(.float32), pairwise: f.to(.float32), kernel: kernel, alpha: 0.7)
    #expect((single.to(.float64) - expected).abs().max().item <= 1e-6 * scale)
    let dense = graph.dense().matmul(x.reshape(-1, 1)).reshape(shape)
    #expect((dense - expected).abs().max().item <= 1e-13 * scale)
  }

  @Test func theExactMatrixHasGaussianLinks() {
    let shape: Shape = [1, 2, 3, 4]
    let d = Tensor(uniform: shape, in: 0.05..<0.95, dtype: .float64, seed: 5)
    let f = Tensor(uniform: [1, 2, 3, 4, 2], dtype: .float64, seed: 6)
    let graph = SpectralGraph(weight: d, pairwise: f, kernel: [3, 3, 5], alpha: 0.7, links: .exact)
    let matrix = graph.dense()
    #expect((matrix - matrix.transposed()).abs().max().item <= 1e-15)
    #expect(Double(graph.linkCount) == (matrix .!= 0).to(.float32).sum().item)
    // From pixel (0, 0, 0) to (1, 1, 2), by hand.
    let (s, w) = (d.array(of: Double.self), f.array(of: Double.self))
    let (i, j) = (0, 12 + 4 + 2)
    let distance = (0..<2).reduce(0) { $0 + pow(w[2 * i + $1] - w[2 * j + $1], 2) }
    let (tap3, tap5) = (spectralTaps(size: 3)[0], spectralTaps(size: 5)[4])
    let expected = s[i] * s[j] * tap3 * tap3 * tap5 * exp(-0.7 * distance) / 0.7
    #expect(abs(matrix[i, j].item - expected) <= 1e-15)
  }

  @Test(arguments: SpectralGraph.Links.allCases)
  func lanczosFindsLAPACKsEigenvector(_ links: SpectralGraph.Links) {
    let s = Self.toy()
    let graph = SpectralGraph(weight: s, pairwise: s, links: links)
    let direct = LeadingEigenvector(of: graph.dense())
    let lanczos = LeadingEigenvector(start: Tensor(ones: s.shape), product: graph.product)
    #expect(direct.residual < 1e-12 && lanczos.residual < 1e-8)
    #expect(abs(direct.value - lanczos.value) <= 1e-13 * direct.value)
    #expect(lanczos.vector.angle(to: direct.vector.reshape(s.shape)) < 1e-6)
    #expect(lanczos.vector.min().item > 0, "Perron and Frobenius")
    #expect(lanczos.iterations < 60)
  }

  @Test func powerIterationEndsAtTheTaylorEigenvectorNearTheExactOne() {
    let s = Self.toy()
    let taylor = LeadingEigenvector(start: Tensor(ones: s.shape)) {
      spectralProduct($0, weight: s, pairwise: s)
    }
    #expect(taylor.residual < 1e-8)
    // The segmenter maps its scores to [0.05, 0.95]; these are there already.
    let segmenter = SpectralSegmenter(p: 1, iterations: 200, normalization: .spectral)
    let solution = segmenter(unary: (s - 0.05) / 0.9, pairwise: s)
    #expect(solution.angle(to: taylor.vector) <= 0.01)

    let exact = LeadingEigenvector(
      of: SpectralGraph(weight: s, pairwise: s, links: .exact).dense())
    let angle = solution.angle(to: exact.vector.reshape(s.shape))
    print("SFSeg's fixed point lies \(angle)° from the exact matrix's eigenvector")
    #expect(angle < 5)
  }

  @Test func lanczosStopsWhereTheKrylovSpaceEnds() {
    let diagonal = Tensor([3.0, 1, 2, 2] as [Double])
    let found = LeadingEigenvector(start: Tensor([1.0, 1, 1, 1] as [Double])) { diagonal * $0 }
    #expect(abs(found.value - 3) < 1e-14 && found.iterations <= 3 && found.residual < 1e-8)
    #expect(found.vector.angle(to: Tensor([1.0, 0, 0, 0] as [Double])) < 1e-6)
    let alone = LeadingEigenvector(start: Tensor([-2.0] as [Double])) { 5 * $0 }
    #expect(alone.value == 5 && alone.vector.item == 1)
  }

  @Test func anglesAreExactWhereTheyAreSmall() {
    let a = Tensor([1.0, 0] as [Double]), small = 1e-9
    #expect(abs(a.angle(to: Tensor([1, small])) * .pi / 180 - small) < 1e-15)
    #expect(abs(a.angle(to: Tensor([-3.0, 3.0] as [Double])) - 45) < 1e-12)
    #expect(abs(a.angle(to: Tensor([0.0, 2.0] as [Double])) - 90) < 1e-12)
  }
}
