import Tensor

/// Samples taken by a grid, and filters that belong to samples: what trackers are made of.
func samplingBenchmarks() -> [Benchmark] {
  let images: Shape = [4, 128, 224, 32], masks: Shape = [8, 480, 854, 1]
  return [
    Benchmark("warp.8x480x854", Work(elements: 4 * masks.elementCount)) {
      let masks = Tensor(uniform: masks), flow = smoothFlow(frames: 8, height: 480, width: 854)
      return { _ = masks.warped(by: flow) }
    },
    Benchmark("grid_sample.forward_backward", Work(elements: 5 * images.elementCount)) {
      let grid = Tensor(uniform: [4, 128, 224, 2], in: -1..<1)
      return forwardBackward([Tensor(uniform: images), grid]) { $0[0].gridSample($0[1]) }
    },
    perSample(
      "conv2d.per_sample.512→16@30x52", batch: 4, inputs: 512, outputs: 16, size: [30, 52], kernel: 3),
    perSample(
      "conv2d.per_sample.64→64@32x32", batch: 16, inputs: 64, outputs: 64, size: [32, 32], kernel: 3),
    correlation("correlation.full.256@31x31", depthwise: false),
    correlation("correlation.depthwise.256@31x31", depthwise: true),
  ]
}

/// A flow `[N, H, W, 2]` of up to four pixels.
private func smoothFlow(frames: Int, height: Int, width: Int) -> Tensor {
  let coarse = Tensor(uniform: [frames, 6, 10, 2], in: -4..<4)
  return coarse.resized2d(height: height, width: width, interpolation: .linear)
}

/// A filter for each sample: forward, and the gradients by both operands.
private func perSample(
  _ name: String, batch: Int, inputs: Int, outputs: Int, size: [Int], kernel: Int
) -> Benchmark {
  let input: Shape = [batch, size[0], size[1], inputs],
    filter: Shape = [batch, kernel, kernel, inputs, outputs]
  let positions = batch * size[0] * size[1]
  let work = Work(
    elements: 3 * (input.elementCount + filter.elementCount),
    operations: 6 * positions * kernel * kernel * inputs * outputs)
  return Benchmark("\(name).forward_backward", work) {
    forwardBackward([Tensor(uniform: input), Tensor(uniform: filter)]) {
      $0[0].conv2d(perSample: $0[1], padding: .same)
    }
  }
}

/// Eight templates of 7×7, each slid over its image.
private func correlation(_ name: String, depthwise: Bool) -> Benchmark {
  let image: Shape = [8, 31, 31, 256], template: Shape = [8, 7, 7, 256]
  let work = Work(elements: 3 * image.elementCount, operations: 6 * 8 * 25 * 25 * template.elementCount / 8)
  return Benchmark("\(name).forward_backward", work) {
    forwardBackward([Tensor(uniform: image), Tensor(uniform: template)]) {
      depthwise ? $0[0].depthwiseCorrelation($0[1]) : $0[0].crossCorrelation($0[1])
    }
  }
}
