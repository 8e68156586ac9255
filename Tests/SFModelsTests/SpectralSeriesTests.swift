import SFModels
import Tensor
import TestSupport
import Testing

/// Exact links of one channel whose differences count little are filtered, as a series.
@Suite struct SpectralSeriesTests {
  private static let shape: Shape = [2, 4, 13, 21]

  /// Flows of up to two pixels, with random agreements.
  private static func motion(_ dtype: DType) -> SpectralMotion {
    func flow(_ seed: UInt64) -> Tensor {
      Tensor(uniform: Shape(Array(shape) + [2]), in: -2..<2, dtype: .float64, seed: seed).to(dtype)
    }
    func agreement(_ seed: UInt64) -> Tensor { Tensor(uniform: shape, dtype: .float64, seed: seed).to(dtype) }
    return SpectralMotion(
      forward: flow(1), backward: flow(2), forwardAgreement: agreement(3), backwardAgreement: agreement(4))
  }

  /// A second channel, of zeros, changes no link, but takes the neighbours one by one.
  @Test(arguments: [(DType.float64, 0.1, 1e-13), (.float32, 0.1, 1e-6), (.float32, 1, 1e-6)], [false, true])
  func itIsTheSumOfTheNeighbours(
    _ setting: (dtype: DType, alpha: Double, tolerance: Double), _ moves: Bool
  ) {
    let (dtype, alpha, tolerance) = setting
    let x = Tensor(normal: Self.shape, dtype: .float64, seed: 5).to(dtype)
    let d = Tensor(uniform: Self.shape, in: 0.2..<1, dtype: .float64, seed: 6).to(dtype)
    let f = 0.3 + Tensor(uniform: Self.shape, dtype: .float64, seed: 7).to(dtype)
    let dy = Tensor(normal: Self.shape, dtype: .float64, seed: 8).to(dtype)
    func run(isSeries: Bool) -> [Tensor] {
      let (y, pullback) = pullback(at: [x, d, f]) { inputs in
        spectralProduct(
          inputs[0], weight: inputs[1],
          pairwise: .stack(isSeries ? [inputs[2]] : [inputs[2], Tensor(zerosLike: f)], axis: -1),
          kernel: [3, 7, 7], alpha: alpha, operator: .exact, motion: moves ? Self.motion(dtype) : nil)
      }
      return [y] + pullback(dy)
    }
    for (found, expected) in zip(run(isSeries: true), run(isSeries: false)) {
      #expect((found - expected).abs().max().item <= tolerance * expected.abs().max().item)
    }
  }

  @Test func flatFeaturesAndThoseThatAreNoNumberStayLocal() {
    let x = Tensor(uniform: [1, 3, 20, 30], seed: 9), flat = Tensor(repeating: 0.7, shape: x.shape)
    func product(_ f: Tensor, _ links: SpectralGraph.Links) -> Tensor {
      spectralProduct(x, weight: flat, pairwise: f, operator: links)
    }
    #expect((product(flat, .exact) - product(flat, .taylor)).abs().max().item < 1e-6)
    let pixel = Tensor(from: 0, to: 1800).reshape(x.shape)
    let broken = product(flat.replacing(where: pixel .== 910, with: .nan), .exact)
    #expect((.!broken.isFinite()).to(.float32).sum().item == 3 * 49)
  }
}
