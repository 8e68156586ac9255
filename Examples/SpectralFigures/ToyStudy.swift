import SFModels
import Tensor

/// The toy video of SFSeg++'s Fig. 3 and 4, as far as the paper tells: eleven frames, a disc that moves, and a very noisy
/// mask of it, which serves as unary scores and pairwise features alike; p = 1, α = 1.
struct ToyStudy {
  /// The disc, `[1, 11, 20, 20]`: 1 inside.
  let truth: Tensor
  /// The noisy mask S = F.
  let scores: Tensor
  /// The graph with exact links.
  let exactGraph: SpectralGraph
  /// The leading eigenvector of the exact graph, and that of its Taylor form.
  let exact: LeadingEigenvector, taylor: LeadingEigenvector

  init(seed: UInt64) {
    let shape: Shape = [1, 11, 20, 20]
    func range(_ count: Int) -> Tensor { Tensor(from: 0, to: Double(count), dtype: .float64) }
    let (rows, columns) = (range(20).reshape(20, 1), range(20))
    let centre = 4.5 + range(11).reshape(1, 11, 1, 1)
    truth = (((rows - 9.5).squared() + (columns - centre).squared()) .<= 25).to(.float64)
    let noise = Tensor(normal: shape, standardDeviation: 0.25, dtype: .float64, seed: seed)
    scores = (0.75 * truth + 0.15 + noise).clamp(min: 0.05, max: 0.95)
    exactGraph = SpectralGraph(weight: scores, pairwise: scores, links: .exact)
    exact = LeadingEigenvector(start: Tensor(ones: shape), product: exactGraph.product)
    taylor = LeadingEigenvector(start: Tensor(ones: shape), product: Self.filtered(scores))
  }

  /// SFSeg's solution after some iterations (Eq. 7 and 8): power iteration by filtering.
  func segmentation(iterations: Int) -> Tensor { powerIteration(iterations, Self.filtered(scores)) }

  /// Power iteration on the exact graph.
  func exactPowerIteration(iterations: Int) -> Tensor { powerIteration(iterations, exactGraph.product) }

  /// One iteration of SFSeg.
  func step(_ x: Tensor) -> Tensor { unitNormalized(Self.filtered(scores)(x)) }

  private func powerIteration(_ iterations: Int, _ product: (Tensor) -> Tensor) -> Tensor {
    (0..<iterations).reduce(scores) { x, _ in unitNormalized(product(x)) }
  }

  private static func filtered(_ scores: Tensor) -> (Tensor) -> Tensor {
    { spectralProduct($0, weight: scores, pairwise: scores) }
  }

  /// The foreground of a solution: what lies above its mean.
  func binary(_ x: Tensor) -> Tensor { (x .> x.mean().item).to(.float64) }
}

/// The common pixels of two binary volumes over those of either.
func iou(_ a: Tensor, _ b: Tensor) -> Double {
  (a * b).sum().item / Tensor.maximum(a, b).sum().item
}
