import SFModels
import Tensor
import TestSupport
import Testing

/// The segmentation of a stream, frame by frame.
@Suite(.serialized) struct SpectralStreamTests {
  private func frame(_ t: Int, size: Int = 12, channels: Int? = nil) -> (s: Tensor, f: Tensor) {
    let shape: Shape = [1, size, size]
    return (
      Tensor(uniform: shape, seed: UInt64(t)),
      Tensor(uniform: channels.map { Shape(shape + [$0]) } ?? shape, seed: UInt64(1000 + t))
    )
  }

  @Test(arguments: SpectralNormalization.allCases)
  func eachWindowIsSegmentedFromTheSolutionBefore(_ normalization: SpectralNormalization) {
    let segmenter = SpectralSegmenter(
      kernel: [3, 3, 3], iterations: 2, continuousIterations: 1, normalization: normalization)
    var stream = SpectralStream(segmenter, window: 3), solution: Tensor?
    let frames = (0..<6).map { frame($0, channels: 2) }
    for t in frames.indices {
      let mask = stream.push(unary: frames[t].s, pairwise: frames[t].f)
      let window = frames[max(0, t - 2)...t]
      let new = (0.05 + 0.9 * frames[t].s).expandingAxis(1)
      let kept = solution.map { $0.shape[1] < 3 ? $0 : $0[.all, 1...] }
      solution = segmenter(
        unary: .stack(window.map(\.s), axis: 1), pairwise: .stack(window.map(\.f), axis: 1),
        start: kept.map { .concatenate([$0, new], axis: 1) } ?? new)
      #expect((mask - solution![.all, -1]).abs().max().item < 1e-6)
      #expect(stream.masks!.shape == [1, window.count, 12, 12])
    }
  }

  /// Power iteration forgets where it started: the stream's solution is the offline one of the frames in its window.
  @Test func iteratedToTheEndItIsTheOfflineSolutionOfTheWindow() {
    let segmenter = SpectralSegmenter(kernel: [3, 5, 5], p: 1, iterations: 400, normalization: .spectral)
    var stream = SpectralStream(segmenter, window: 4)
    let frames = (0..<6).map { frame($0, size: 8) }
    for frame in frames { _ = stream.push(unary: frame.s, pairwise: frame.f) }
    let offline = segmenter(
      unary: .stack(frames[2...].map(\.s), axis: 1), pairwise: .stack(frames[2...].map(\.f), axis: 1))
    #expect((stream.masks! - offline).abs().max().item < 1e-4 * offline.max().item)
  }

  @Test func withFlowItSegmentsTheMotionCompensatedGraph() {
    let segmenter = SpectralSegmenter(kernel: [3, 3, 3], iterations: 1, normalization: .degree)
    var stream = SpectralStream(segmenter, window: 3)
    func flow(_ t: Int, _ way: UInt64) -> Tensor {
      Tensor(uniform: [1, 12, 12, 2], in: -2..<2, seed: 100 * way + UInt64(t))
    }
    let frames = (0..<3).map { frame($0) }
    var before: Tensor?
    for t in 0..<3 {
      before = stream.masks
      _ = stream.push(
        unary: frames[t].s, pairwise: frames[t].f, flow: (fromPrevious: flow(t, 1), toPrevious: flow(t, 2)))
    }
    let motion = SpectralMotion(
      forward: .stack([flow(1, 1), flow(2, 1), flow(0, 1)], axis: 1),
      backward: .stack([flow(0, 2), flow(1, 2), flow(2, 2)], axis: 1))
    let expected = segmenter(
      unary: .stack(frames.map(\.s), axis: 1), pairwise: .stack(frames.map(\.f), axis: 1),
      start: .concatenate([before!, (0.05 + 0.9 * frames[2].s).expandingAxis(1)], axis: 1), motion: motion)
    #expect((stream.masks! - expected).abs().max().item < 1e-6)
  }

  /// The storage of the window alone, whatever else runs beside: every frame that left it is given back.
  @Test func memoryIsConstantInTheLengthOfTheStream() {
    let size = 512
    var stream = SpectralStream(
      SpectralSegmenter(kernel: [3, 3, 3], iterations: 1, normalization: .degree), window: 3)
    let (s, f) = frame(0, size: size)
    var live: [Int] = []
    for t in 0..<40 {
      _ = stream.push(unary: s, pairwise: f)
      if t == 4 || t == 39 { live.append(Int(Memory.now.liveBytes)) }
    }
    // 35 frames kept would be 35 MB and more; other tests hold far less.
    #expect(live[1] - live[0] < 4 * size * size * 4)
  }
}
