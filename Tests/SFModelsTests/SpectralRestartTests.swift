import Foundation
import SFModels
import Tensor
import TestSupport
import Testing

/// Steps that restart from the scores as far as these agree in time.
@Suite struct SpectralRestartTests {
  private static let size = 16, frames = 6

  /// A line, a pixel wide and as dark as what lies around it, that moves a pixel to the right in each frame.
  private static let line = Tensor(
    (0..<frames * size * size).map { Float(($0 / (size * size) + 4) == $0 % size ? 1 : 0) },
    shape: [1, frames, size, size])
  private static let dark = Tensor(zeros: line.shape)
  private static let motion = {
    func flow(_ x: Float) -> Tensor {
      Tensor([x, 0], shape: [2]).broadcast(to: Shape(Array(line.shape) + [2]))
    }
    return SpectralMotion(forward: flow(1), backward: flow(-1))
  }()

  private func mask(_ soft: Tensor) -> Tensor { (soft .> 0.5).to(.float32) }

  private func differences(_ x: Tensor, _ y: Tensor) -> Int {
    Int((x .!= y).to(.float32).sum().item)
  }

  @Test func disagreementIsWhatTheMotionDoesNotExplain() {
    let (still, moved) = (
      disagreement(ofMasks: Self.line), disagreement(ofMasks: Self.line, motion: Self.motion)
    )
    #expect(still.shape == [1, 1, 1, 1] && moved.item == 0)
    // Two columns change from each frame to the next, in both directions of time.
    #expect(still.item == Double(2 * 2 * Self.size * (Self.frames - 1)))
    let both = disagreement(ofMasks: .concatenate([Self.line, 1 - Self.dark], axis: 0))
    #expect(both[0].item == still.item && both[1].item == 0, "each video on its own")
    #expect(disagreement(ofMasks: Self.line[.all, ..<1]).item == 0)
  }

  @Test func masksThatAgreeComeBack() {
    var plain = SpectralSegmenter.refinement
    plain.restarts = false
    func changes(_ segmenter: SpectralSegmenter) -> Int {
      differences(mask(segmenter(unary: Self.line, pairwise: Self.dark, motion: Self.motion)), Self.line)
    }
    #expect(changes(.refinement) == 0)
    #expect(changes(plain) > 40, "votes alone take the line away")

    var stream = SpectralStream(.refinement, window: 4)
    for t in 0..<Self.frames {
      let flow = (Self.motion.forward[.all, t], Self.motion.backward[.all, t])
      let found = stream.push(unary: Self.line[.all, t], pairwise: Self.dark[.all, t], flow: flow)
      #expect(differences(mask(found), Self.line[.all, t]) == 0)
    }
  }

  @Test func flickerGoes() {
    let (rows, columns) = (Tensor(from: 0, to: 16).reshape(1, 1, 16, 1), Tensor(from: 0, to: 16))
    func box(_ left: Tensor, _ top: Double, size: Double) -> Tensor {
      ((rows .>= top) .& (rows .< top + size) .& (columns .>= left) .& (columns .< left + size)).to(.float32)
    }
    let times = Tensor(from: 0, to: Double(Self.frames)).reshape(1, Self.frames, 1, 1)
    let truth = box(2 + times, 4, size: 8)
    let hole = (times .== 2).to(.float32) * box(5 + times, 6, size: 3)
    let island = (times .== 4).to(.float32) * box(Tensor(ones: [1]), 1, size: 2)
    let refined = SpectralSegmenter.refinement(
      unary: truth - hole + island, pairwise: truth, motion: Self.motion)
    #expect(differences(mask(refined), truth) == 0)
  }

  /// A frame in which a method found everything, amid frames where it didn't.
  /// Its mask is twice as large as theirs, so its votes count half.
  @Test func aFrameOutOfLineCountsLittle() {
    let object = Tensor(
      (0..<Self.frames * Self.size * Self.size).map { Float($0 % Self.size < 8 ? 1 : 0) },
      shape: Self.line.shape)
    let time = Tensor(from: 0, to: Double(Self.frames)).reshape(1, Self.frames, 1, 1)
    let scores = Tensor.where((time .== 2).broadcast(to: object.shape), 1, object)
    func soft(_ trustsFrames: Bool) -> Double {
      var segmenter = SpectralSegmenter.refinement
      (segmenter.trustsFrames, segmenter.iterations) = (trustsFrames, 1)
      return segmenter(unary: scores, pairwise: object)[0, 1...3, .all, 12].mean().item - 0.05
    }
    let share = soft(false) / 0.9
    #expect(abs(soft(true) / 0.9 - 0.5 * share / (0.5 * share + 1 - share)) < 0.01)
  }

  /// The mixture of the steps without restart is what steps with restart come to, λ = ½ρ².
  @Test func itIsTheRandomWalkWithRestart() {
    let shape: Shape = [2, 4, 7, 8]
    let s = Tensor(uniform: shape, dtype: .float64, seed: 1)
    let f = Tensor(uniform: shape, dtype: .float64, seed: 2)
    var segmenter = SpectralSegmenter(
      kernel: [3, 3, 3], iterations: 4, continuousIterations: 4, normalization: .degree)
    func jumps(_ x: Tensor) -> Tensor { disagreement(ofMasks: (x .> 0.5).to(.float64)) }
    let ratio = jumps(segmenter(unary: s, pairwise: f)) / jumps(s)
    let share = ratio.squared() / 2
    #expect(share.min().item > 0 && share.max().item < 0.5)
    segmenter.restarts = true
    let found = segmenter(unary: s, pairwise: f)

    (segmenter.iterations, segmenter.restarts) = (1, false)
    let scores = 0.05 + 0.9 * s
    var x = scores
    for _ in 0..<4 {
      x = (1 - share) * segmenter(unary: s, pairwise: f, start: x) + share * scores
    }
    #expect((found - x).abs().max().item < 1e-12)
  }

  @Test func gradientsFlowToScoresAndFeatures() {
    let segmenter = SpectralSegmenter(
      kernel: [3, 3, 3], p: 0.2, iterations: 3, normalization: .degree, operator: .exact, restarts: true)
    let maps: Input = .uniform([1, 3, 4, 4], 0.1..<0.9)
    #expect(
      gradientErrors(
        GradientCase("restarts", inputs: [maps, maps]) { segmenter(unary: $0[0], pairwise: $0[1]) }) == [])
  }
}
