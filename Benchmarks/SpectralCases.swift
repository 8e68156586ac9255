import SFModels
import Tensor

private let clip: Shape = [1, 10, 480, 854]

/// One spectral step over a clip of ten frames of 480×854, kernel 3×7×7, in its variants; a frame of a stream; and how
/// time and memory grow with the length of a video. The work counted is that of memory: each volume read or written once.
func spectralBenchmarks() -> [Benchmark] {
  [
    step("forward"),
    step("separable.forward"),
    step("forward_backward", backward: true),
    step("two_channels.forward", channels: 2),
    step("two_channels.forward_backward", channels: 2, backward: true),
    step("motion.forward", moves: true, hasPeer: false),
    step("motion.forward_backward", moves: true, backward: true, hasPeer: false),
    step("exact.forward", operator: .exact, hasPeer: false),
    step("exact.motion.forward", moves: true, operator: .exact, hasPeer: false),
    step("exact.forward_backward", operator: .exact, backward: true, hasPeer: false),
    step("refinement", kernel: [7, 3, 3], channels: 3, moves: true, operator: .exact, hasPeer: false),
    refinementOfMasks(),
    denseCRF(),
    stream(.frameRange, window: 5),
    stream(.degree, window: 5),
    stream(.degree, window: 3),
  ] + [10, 100, 1000].map(longVideo) + [memoryBesideVolumes()]
}

private func step(
  _ name: String, kernel: [Int] = [3, 7, 7], channels: Int = 1, moves: Bool = false,
  operator links: SpectralGraph.Links = .taylor, backward: Bool = false, hasPeer: Bool = true
) -> Benchmark {
  let volumes = 3 + channels + (backward ? 5 + 2 * channels : 0)
  let work = Work(elements: volumes * clip.elementCount)
  return Benchmark("spectral.10x480x854.\(name)", work, hasPeer: hasPeer) {
    let x = Tensor(uniform: clip), d = Tensor(uniform: clip, in: 0.5..<1)
    let f = Tensor(uniform: Shape([channels] + clip))
    let motion = moves ? smoothMotion(clip) : nil
    func product(_ inputs: [Tensor]) -> Tensor {
      spectralProduct(
        inputs[0], weight: inputs[1], planes: inputs[2], kernel: kernel, alpha: 1, operator: links,
        motion: motion)
    }
    return backward ? forwardBackward([x, d, f], product) : { _ = product([x, d, f]) }
  }
}

/// Eight steps along the motion on masks of a disc that moves, for each step and frame: there little changes, and only that
/// is computed.
private func refinementOfMasks() -> Benchmark {
  Benchmark("spectral.10x480x854.refinement.masks", unit: .milliseconds) {
    let rows = Tensor(from: 0, to: 480).reshape(480, 1) - 240
    let columns = Tensor(from: 0, to: 854) - 400 + Tensor(from: 0, to: 40, by: 4).reshape(10, 1, 1)
    let masks = ((rows.squared() + columns.squared()) .< 14400).to(.float32).reshape(clip)
    let features = Tensor(uniform: Shape(Array(clip) + [3])), motion = smoothMotion(clip)
    var segmenter = SpectralSegmenter.refinement
    segmenter.restarts = false
    return medianMilliseconds { _ = segmenter(unary: masks, pairwise: features, motion: motion) } / 80
  }
}

/// Flows of a few pixels that change slowly over the frame, as those of videos do.
private func smoothMotion(_ shape: Shape) -> SpectralMotion {
  let columns = (Tensor(from: 0, to: Double(shape[3])) * 0.02).sin() * 4
  let rows = (Tensor(from: 0, to: Double(shape[2])) * 0.03).cos() * 3
  let plane: Shape = [shape[2], shape[3]]
  let flow = Tensor.stack(
    [columns.broadcast(to: plane), rows.expandingAxis(1).broadcast(to: plane)], axis: -1
  ).broadcast(to: Shape(Array(shape) + [2]))
  return SpectralMotion(forward: flow, backward: -flow)
}

/// The fully connected field on one frame, the usual kernels, five updates.
private func denseCRF() -> Benchmark {
  Benchmark("dense_crf.480x854", unit: .milliseconds, hasPeer: true) {
    let image = Tensor(uniform: [1, 30, 54, 3]).resized2d(height: 480, width: 854)
    let mask = Tensor(uniform: [1, 480, 854], in: 0.2..<0.8)
    return medianMilliseconds { _ = DenseCRF()(mask: mask, images: image) }
  }
}

/// A frame of a stream, taken in by a window of so many, one iteration.
private func stream(_ normalization: SpectralNormalization, window: Int) -> Benchmark {
  Benchmark("spectral.stream.480x854.\(normalization).window_\(window)", unit: .milliseconds) {
    var stream = SpectralStream(
      SpectralSegmenter(iterations: 1, normalization: normalization), window: window)
    let frame = Tensor(uniform: [1, 480, 854])
    for _ in 0..<window { _ = stream.push(unary: frame, pairwise: frame) }
    return medianMilliseconds { _ = stream.push(unary: frame, pairwise: frame) }
  }
}

/// Microseconds a frame of 60×107, which stay the same however long the video is.
private func longVideo(_ frames: Int) -> Benchmark {
  Benchmark("spectral.\(frames)x60x107.per_frame", unit: .microseconds) {
    let x = Tensor(uniform: [1, frames, 60, 107])
    return medianMilliseconds { _ = spectralProduct(x, weight: x, pairwise: x) } * 1000 / Double(frames)
  }
}

/// The most that a step holds beside its inputs and its output.
private func memoryBesideVolumes() -> Benchmark {
  Benchmark("spectral.10x480x854.memory", unit: .megabytes) {
    let x = Tensor(uniform: clip)
    Memory.resetPeak()
    let before = Memory.now.liveBytes
    let y = spectralProduct(x, weight: x, pairwise: x)
    return Double(Int(Memory.now.peakBytes) - Int(before) - 4 * y.elementCount) / 1e6
  }
}
