import SFModels
import Tensor
import TestSupport
import Testing

/// Exact links normalised by degree, without a gradient: as products over degrees, which gradients need.
@Suite struct SpectralWalkTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    let shape: [Int], channels: Int, kernel: [Int], p: Double, motion: Double?
    var testDescription: String { "\(shape), \(channels) channels, \(kernel), p \(p), motion \(motion ?? 0)" }
  }

  static let settings = [
    Setting(shape: [1, 9, 40, 61], channels: 3, kernel: [7, 3, 3], p: 0, motion: 3),
    Setting(shape: [2, 3, 17, 35], channels: 1, kernel: [3, 7, 7], p: 0.4, motion: nil),
    Setting(shape: [2, 4, 19, 23], channels: 2, kernel: [5, 3, 5], p: 0.4, motion: 30),
    Setting(shape: [1, 2, 1, 3], channels: 1, kernel: [7, 3, 3], p: 0, motion: 1),
    Setting(shape: [1, 1, 5, 1], channels: 3, kernel: [3, 3, 5], p: 0.2, motion: nil),
  ]

  private enum Mask: CaseIterable { case discs, soft, flat }

  private func mask(_ kind: Mask, _ shape: Shape) -> Tensor {
    switch kind {
    case .soft: return Tensor(uniform: shape, dtype: .float64, seed: 1)
    case .flat: return Tensor(repeating: 0.3, shape: shape, dtype: .float64)
    case .discs:
      // A disc that moves, in one part of frames that are otherwise empty; the first frame of all is full.
      let rows = Tensor(from: 0, to: Double(shape[2])).to(.float64).reshape(1, 1, shape[2], 1)
      let columns = Tensor(from: 0, to: Double(shape[3])).to(.float64).reshape(1, 1, 1, shape[3])
      let centre = 4 + Tensor(from: 0, to: Double(shape[1])).to(.float64).reshape(1, shape[1], 1, 1)
      let disc = (((rows - 5).squared() + (columns - centre).squared()) .< 12).to(.float64)
      return (disc + (centre .< 5).to(.float64)).clamp(max: 1).broadcast(to: shape)
    }
  }

  /// Flows of up to `size` pixels that change over the frame, and lead out of it at its sides.
  private func motion(_ shape: Shape, size: Double) -> SpectralMotion {
    func flow(_ seed: UInt64) -> Tensor {
      let coarse = Tensor(
        uniform: [shape[0] * shape[1], 3, 4, 2], in: -size..<size, dtype: .float64, seed: seed)
      return coarse.resized2d(height: shape[2], width: shape[3]).reshape(Shape(Array(shape) + [2]))
    }
    return SpectralMotion(
      forward: flow(2), backward: flow(3), forwardAgreement: Tensor(uniform: shape, dtype: .float64, seed: 4),
      backwardAgreement: Tensor(uniform: shape, dtype: .float64, seed: 5).clamp(min: 0.2) - 0.2)
  }

  @Test(arguments: settings) func itsStepsAreProductsOverDegrees(_ setting: Setting) {
    let shape = Shape(setting.shape), steps = 4
    let f = Tensor(uniform: Shape(setting.shape + [setting.channels]), dtype: .float64, seed: 6)
    let segmenter = SpectralSegmenter(
      kernel: setting.kernel, alpha: 8, p: setting.p, iterations: steps, continuousIterations: steps,
      normalization: .degree, operator: .exact)
    for kind in Mask.allCases {
      for (dtype, tolerance) in [(DType.float64, 1e-12), (.float32, 8e-6)] {
        let s = mask(kind, shape).to(dtype), f = f.to(dtype)
        let motion = setting.motion.map { size in
          let motion = self.motion(shape, size: size)
          return SpectralMotion(
            forward: motion.forward.to(dtype), backward: motion.backward.to(dtype),
            forwardAgreement: motion.forwardAgreement.to(dtype),
            backwardAgreement: motion.backwardAgreement.to(dtype))
        }
        let scores = 0.05 + 0.9 * s, weight = scores.pow(setting.p)
        let strength = 8 / Double(setting.channels)
        let degree = spectralDegree(
          weight: weight, pairwise: f, kernel: setting.kernel, alpha: strength, operator: .exact,
          motion: motion)
        var expected = scores
        for _ in 0..<steps {
          expected =
            spectralProduct(
              expected, weight: weight, pairwise: f, kernel: setting.kernel, alpha: strength,
              operator: .exact,
              motion: motion) / degree
        }
        let found = segmenter(unary: s, pairwise: f, motion: motion)
        #expect((found - expected).abs().max().item <= tolerance, "\(kind), \(dtype)")
        if kind == .flat {
          let same = (found .== scores).isAllTrue
          #expect(same)
        }
      }
    }
  }

  @Test func itIsTheSameForAnyNumberOfThreads() {
    let shape: Shape = [1, 5, 37, 41], motion = motion(shape, size: 4)
    let s = mask(.discs, shape), f = Tensor(uniform: shape, dtype: .float64, seed: 6)
    let segmenter = SpectralSegmenter(
      kernel: [5, 3, 3], alpha: 8, p: 0.2, iterations: 3, normalization: .degree, operator: .exact)
    let count = Threads.count
    defer { Threads.count = count }
    let all = [1, 2, 5].map { threads in
      Threads.count = threads
      return segmenter(unary: s, pairwise: f, motion: motion).array(of: Double.self)
    }
    let same = all[1] == all[0] && all[2] == all[0]
    #expect(same)
  }

  /// What is no number stays where it is and around it; flows that are none lead nowhere.
  @Test func whatIsNoNumberStaysAround() {
    let shape: Shape = [1, 3, 20, 40]
    let segmenter = SpectralSegmenter(
      kernel: [3, 3, 3], p: 0, iterations: 1, normalization: .degree, operator: .exact)
    let flow = Tensor(repeating: .nan, shape: [1, 3, 20, 40, 2])
    let motion = SpectralMotion(forward: flow, backward: flow * .infinity)
    let pixel = Tensor(from: 0, to: 2400).reshape(shape)
    let s = Tensor(zeros: shape).replacing(where: pixel .== 1010, with: .nan)
    let result = segmenter(unary: s, pairwise: Tensor(zeros: shape), motion: motion)
    #expect((.!result.isFinite()).to(.float32).sum().item == 9)
  }
}
