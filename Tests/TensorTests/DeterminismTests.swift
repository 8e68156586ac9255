import Testing

@testable import Tensor

/// The same bits on every run and with any number of threads. In a process of its own: the number of threads
/// belongs to the whole process.
@Suite(.serialized) struct DeterminismTests {
  @Test func resultsDoNotDependOnTheNumberOfThreads() async {
    await #expect(processExitsWith: .success) {
      for dtype in [DType.float32, .float64] {
        expectSameBits(dtype, threads: [1, 2, 3], deterministicWork(dtype))
      }
      expectSameBits(.float64, threads: [1, 2, 3], matrixWork(.float64))
    }
  }

  @Test func repeatedRunsGiveTheSameBits() async {
    await #expect(processExitsWith: .success) {
      for dtype in [DType.float32, .float64] {
        expectSameBits(dtype, threads: [2, 2, 2], deterministicWork(dtype) + matrixWork(dtype))
      }
    }
  }

  @Test func theSharedStreamCanBeSetBack() async {
    await #expect(processExitsWith: .success) {
      func draw() -> [Tensor] {
        [Tensor(uniform: [100]), Tensor(normal: [100]), Tensor(permutation: 100).to(.float32)]
      }
      Tensor.randomState = 42
      let first = draw()
      let other = draw()
      Tensor.randomState = 42
      for (a, b) in zip(first, draw()) { #expect((a .== b).isAllTrue) }
      for (a, b) in zip(first, other) { #expect(!(a .== b).isAllTrue) }
    }
  }
}

private typealias Work = (name: String, run: () -> [Tensor])

private func expectSameBits(_ dtype: DType, threads: [Int], _ work: [Work]) {
  for (name, run) in work {
    let bytes = threads.map { count in
      Threads.count = count
      return run().map { $0.withUnsafeBytes { Array($0) } }
    }
    #expect(bytes.dropFirst().allSatisfy { $0 == bytes[0] }, "\(name), \(dtype)")
  }
}

/// A value and its gradients, all with large enough tensors to be shared among threads.
private func differentiated(_ inputs: [Tensor], _ body: ([Tensor]) -> Tensor) -> [Tensor] {
  let (value, back) = pullback(at: inputs, body)
  return [value] + back(Tensor(normal: value.shape, dtype: value.dtype, seed: 77))
}

private func deterministicWork(_ dtype: DType) -> [Work] {
  let wide = Tensor(normal: [300, 1000], dtype: dtype, seed: 1)
  let images = Tensor(normal: [4, 32, 32, 19], dtype: dtype, seed: 2)
  let channel = Tensor(normal: [19], dtype: dtype, seed: 3)
  let grid = Tensor(uniform: [4, 40, 30, 2], in: -2..<2, dtype: dtype, seed: 4)
  // Two boxes in each image.
  let boxes = Tensor((0..<8).flatMap { [Double($0 / 2), 1.2, 2.3, 18.4, 17.9] }, shape: [8, 5]).to(dtype)
  return [
    ("sum", { [wide.sum(), wide.sum(axis: 0), wide.sum(axis: 1), images.sum(axis: [0, 2])] }),
    (
      "other reductions",
      {
        [
          wide.max(), wide.norm(), wide.variance(axis: 0), wide.logSumExp(axis: 0),
          wide.cumulativeSum(axis: 1),
        ]
      }
    ),
    ("broadcast", { differentiated([images, channel]) { $0[0] * $0[1] } }),
    ("functions", { differentiated([wide]) { $0[0].sigmoid() * $0[0].tanh() + $0[0].gelu() } }),
    ("softmax", { differentiated([wide]) { $0[0].softmax() } }),
    (
      "batchNorm",
      { differentiated([images, channel, channel]) { $0[0].batchNorm(weight: $0[1], bias: $0[2]).output } }
    ),
    (
      "layerNorm",
      { differentiated([images, channel, channel]) { $0[0].layerNorm(weight: $0[1], bias: $0[2]) } }
    ),
    ("maxPool2d", { differentiated([images]) { $0[0].maxPool2d(3, stride: 2, padding: 1) } }),
    ("averagePool2d", { differentiated([images]) { $0[0].averagePool2d(3, stride: 1, padding: 1) } }),
    ("resized2d", { differentiated([images]) { $0[0].resized2d(height: 50, width: 47) } }),
    (
      "gridSample",
      { differentiated([images, grid]) { $0[0].gridSample($0[1], padding: .reflection) } }
    ),
    (
      "preciseRoIPool",
      { differentiated([images, boxes]) { $0[0].preciseRoIPool($0[1], height: 5, width: 4) } }
    ),
    (
      "adaptiveAveragePool2d",
      { differentiated([images]) { $0[0].adaptiveAveragePool2d(height: 7, width: 5) } }
    ),
    ("gather", { differentiated([wide]) { $0[0].gather(Tensor((0..<900).map { Int32($0 % 7) })) } }),
    ("sorted", { differentiated([wide]) { $0[0].sorted().values } }),
    (
      "random",
      {
        [Tensor(uniform: [100_000], dtype: dtype, seed: 1), Tensor(normal: [100_000], dtype: dtype, seed: 1)]
      }
    ),
    ("permuted", { differentiated([images]) { $0[0].permuted(3, 1, 0, 2) } }),
  ]
}

private func matrixWork(_ dtype: DType) -> [Work] {
  let images = Tensor(normal: [4, 32, 32, 16], dtype: dtype, seed: 4)
  let filter = Tensor(normal: [3, 3, 16, 24], dtype: dtype, seed: 5)
  let depthwise = Tensor(normal: [3, 3, 1, 16], dtype: dtype, seed: 6)
  let bias = Tensor(normal: [24], dtype: dtype, seed: 7)
  let filters = Tensor(normal: [4, 3, 3, 16, 8], dtype: dtype, seed: 9)
  let matrix = Tensor(normal: [300, 257], dtype: dtype, seed: 8)
  return [
    (
      "conv2d",
      {
        differentiated([images, filter, bias]) {
          $0[0].conv2d($0[1], bias: $0[2], padding: 1)
        }
      }
    ),
    (
      "depthwise",
      { differentiated([images, depthwise]) { $0[0].conv2d($0[1], groups: 16) } }
    ),
    (
      "conv2d per sample",
      { differentiated([images, filters]) { $0[0].conv2d(perSample: $0[1], padding: 1) } }
    ),
    ("matmul", { differentiated([matrix, matrix]) { $0[0].matmul($0[1], otherTransposed: true) } }),
    ("batched matmul", { differentiated([images, images]) { $0[0].matmul($0[1], transposed: true) } }),
  ]
}
