import Foundation
import SFModels
import Tensor
import TestSupport
import Testing

/// The filtered operator against the matrix it stands for, built pixel by pixel.
@Suite struct SpectralOperatorTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    let kernel: [Int], channels: Int, shape: [Int]
    var testDescription: String { "\(kernel), \(channels) channels, \(shape)" }
  }

  static let settings = [
    Setting(kernel: [3, 3, 3], channels: 1, shape: [1, 4, 5, 6]),
    Setting(kernel: [3, 5, 5], channels: 2, shape: [2, 3, 6, 7]),
    Setting(kernel: [5, 5, 5], channels: 1, shape: [1, 2, 7, 5]),
    Setting(kernel: [3, 7, 7], channels: 2, shape: [1, 5, 9, 8]),
    Setting(kernel: [3, 7, 7], channels: 3, shape: [1, 1, 3, 4]),
    Setting(kernel: [1, 9, 3], channels: 1, shape: [1, 3, 70, 5]),
  ]

  /// M·x with M_ij = S_i^p G_ij (α⁻¹ − Σ (F_i − F_j)²) S_j^p.
  private func explicitProduct(
    _ x: [Double], _ d: [Double], _ f: [Double], _ setting: Setting, alpha: Double
  ) -> [Double] {
    let (frames, height, width) = (setting.shape[1], setting.shape[2], setting.shape[3])
    let volume = frames * height * width, total = setting.shape[0] * volume
    let taps = setting.kernel.map(spectralTaps)
    let reach = setting.kernel.map { $0 / 2 }
    var y = [Double](repeating: 0, count: total)
    for n in 0..<setting.shape[0] {
      for i in 0..<volume {
        let (t, h, w) = (i / (height * width), i / width % height, i % width)
        for a in max(0, t - reach[0])...min(frames - 1, t + reach[0]) {
          for b in max(0, h - reach[1])...min(height - 1, h + reach[1]) {
            for c in max(0, w - reach[2])...min(width - 1, w + reach[2]) {
              let (from, to) = (n * volume + (a * height + b) * width + c, n * volume + i)
              let filter = taps[0][a - t + reach[0]] * taps[1][b - h + reach[1]] * taps[2][c - w + reach[2]]
              let distance = (0..<setting.channels).reduce(0) { sum, channel in
                let difference = f[to * setting.channels + channel] - f[from * setting.channels + channel]
                return sum + difference * difference
              }
              y[to] += d[to] * filter * (1 / alpha - distance) * d[from] * x[from]
            }
          }
        }
      }
    }
    return y
  }

  @Test(arguments: settings) func filteringEqualsTheMatrix(_ setting: Setting) {
    let shape = Shape(setting.shape), alpha = 0.7, p = 0.3
    let pairwise = Shape(setting.shape + [setting.channels])
    let x = Tensor(normal: shape, dtype: .float64, seed: 1)
    let s = Tensor(uniform: shape, in: 0.05..<0.95, dtype: .float64, seed: 2)
    let f = Tensor(uniform: pairwise, dtype: .float64, seed: 3)
    let expected = Tensor(
      explicitProduct(
        x.array(of: Double.self), s.pow(p).array(of: Double.self), f.array(of: Double.self), setting,
        alpha: alpha), shape: shape)
    let scale = expected.abs().max().item

    let y = spectralStep(x, unary: s, pairwise: f, kernel: setting.kernel, alpha: alpha, p: p)
    #expect((y - expected).abs().max().item <= 1e-12 * scale)
    let single = spectralStep(
      x.to(.float32), unary: s.to(.float32), pairwise: f.to(.float32), kernel: setting.kernel, alpha: alpha,
      p: p)
    #expect((single.to(.float64) - expected).abs().max().item <= 1e-6 * scale)
  }

  @Test(arguments: settings, SpectralGraph.Links.allCases)
  func bothOperatorsEqualTheirMatrix(_ setting: Setting, _ links: SpectralGraph.Links) {
    let shape = Shape(setting.shape), alpha = 1.3
    let x = Tensor(normal: shape, dtype: .float64, seed: 1)
    let d = Tensor(uniform: shape, in: 0.05..<0.95, dtype: .float64, seed: 2)
    let f = Tensor(uniform: Shape(setting.shape + [setting.channels]), dtype: .float64, seed: 3)
    let expected = SpectralGraph(weight: d, pairwise: f, kernel: setting.kernel, alpha: alpha, links: links)
      .product(x)
    let scale = expected.abs().max().item
    for (dtype, tolerance) in [(DType.float64, 1e-12), (.float32, 1e-6)] {
      let y = spectralProduct(
        x.to(dtype), weight: d.to(dtype), pairwise: f.to(dtype), kernel: setting.kernel, alpha: alpha,
        operator: links)
      #expect((y.to(.float64) - expected).abs().max().item <= tolerance * scale)
    }
  }

  @Test func theOperatorIsSymmetric() {
    let shape: Shape = [1, 4, 40, 9]
    let (x, y) = (
      Tensor(normal: shape, dtype: .float64, seed: 4), Tensor(normal: shape, dtype: .float64, seed: 5)
    )
    let s = Tensor(uniform: shape, in: 0.05..<0.95, dtype: .float64, seed: 6)
    let f = Tensor(uniform: shape, dtype: .float64, seed: 7)
    let left = (spectralStep(x, unary: s, pairwise: f) * y).sum().item
    let right = (x * spectralStep(y, unary: s, pairwise: f)).sum().item
    #expect(abs(left - right) <= 1e-12 * max(abs(left), 1))
  }

  static let gradients = [
    GradientCase("one channel", inputs: [[1, 3, 4, 5], .uniform([1, 3, 4, 5], 0.1..<0.9), [1, 3, 4, 5]]) {
      spectralStep($0[0], unary: $0[1], pairwise: $0[2], kernel: [3, 3, 5], alpha: 0.8, p: 0.4)
    },
    GradientCase(
      "two channels", inputs: [[2, 2, 3, 4], .uniform([2, 2, 3, 4], 0.1..<0.9), [2, 2, 3, 4, 2]]
    ) {
      spectralStep($0[0], unary: $0[1], pairwise: $0[2], kernel: [3, 5, 3], alpha: 0.5, p: 0.2)
    },
    GradientCase(
      "exact, two channels", inputs: [[2, 2, 3, 4], .uniform([2, 2, 3, 4], 0.1..<0.9), [2, 2, 3, 4, 2]]
    ) {
      spectralStep(
        $0[0], unary: $0[1], pairwise: $0[2], kernel: [3, 5, 3], alpha: 0.5, p: 0.2, operator: .exact)
    },
    GradientCase(
      "exact, alpha and p",
      inputs: [
        [1, 2, 3, 4], .uniform([1, 2, 3, 4], 0.1..<0.9), [1, 2, 3, 4], .values([0.7], [1]),
        .values([0.3], [1]),
      ]
    ) {
      spectralStep(
        $0[0], unary: $0[1], pairwise: $0[2], kernel: [3, 3, 3], alpha: $0[3], p: $0[4], operator: .exact)
    },
    GradientCase(
      "alpha and p",
      inputs: [
        [1, 2, 3, 4], .uniform([1, 2, 3, 4], 0.1..<0.9), [1, 2, 3, 4], .values([0.7], [1]),
        .values([0.3], [1]),
      ]
    ) {
      spectralStep($0[0], unary: $0[1], pairwise: $0[2], kernel: [3, 3, 3], alpha: $0[3], p: $0[4])
    },
    GradientCase(
      "five steps", inputs: [.uniform([1, 3, 4, 4], 0.1..<0.9), .uniform([1, 3, 4, 4], 0.1..<0.9)]
    ) {
      var x = $0[0]
      for _ in 0..<5 {
        x = spectralStep(x, unary: $0[0], pairwise: $0[1], kernel: [3, 3, 3], p: 0.2)
        x = x / x.norm()
      }
      return x
    },
  ]

  @Test(arguments: gradients) func gradientsAreRight(_ check: GradientCase) {
    #expect(gradientErrors(check) == [])
  }

  @Test(arguments: gradients)
  func gradientsOfGradientsAreRight(_ check: GradientCase) {
    #expect(secondOrderErrors(check) == [])
  }

  @Test func tapsAreThoseOfTheSpecification() {
    #expect(spectralTaps(size: 1) == [1])
    for (size, expected) in [
      (3, [0.10651, 0.78699]), (5, [0.05449, 0.24420, 0.40262]), (7, [0.03663, 0.11128, 0.21675, 0.27068]),
    ] {
      let taps = spectralTaps(size: size)
      #expect(abs(taps.reduce(0, +) - 1) < 1e-15)
      #expect(zip(taps, expected).allSatisfy { abs($0 - $1) < 5e-6 })
    }
  }
}
