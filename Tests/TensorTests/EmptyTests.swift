import TestSupport
import Testing

@testable import Tensor

/// A batch of nothing goes through every operator, and back: a frame without objects is no error.
@Suite struct EmptyTests {
  private static func of(_ name: String, _ body: @escaping @Sendable (Tensor) -> Tensor) -> GradientCase {
    GradientCase(name, inputs: [[0, 4, 4, 2]]) { body($0[0]) }
  }

  static let table: [GradientCase] = [
    of("functions") { ($0.exp() + $0.relu()).pow(2) },
    of("binary") { $0 * Tensor(ones: [2], dtype: $0.dtype) - 1 },
    of("where") { .where($0 .> 0, $0, Tensor(0, dtype: $0.dtype)) },
    of("sum") { $0.sum(axis: 0) },
    of("sum over positions") { $0.sum(axis: [1, 2]) },
    of("max over positions") { $0.max(axis: [1, 2]) },
    of("logSumExp") { $0.logSumExp(axis: -1) },
    of("norm") { $0.norm() },
    of("cumulativeSum") { $0.cumulativeSum(axis: 1) },
    of("cumulativeSum over the batch") { $0.cumulativeSum(axis: 0) },
    of("softmax") { $0.softmax() },
    of("softmax, inner axis") { $0.logSoftmax(axis: 1) },
    of("sorted") { $0.sorted(axis: 1).values },
    of("topK") { $0.topK(1).values },
    of("quantile") { $0.quantile(0.3, axis: [1, 3]) },
    of("cumulativeMax") { $0.cumulativeMax(axis: 1) + $0.cumulativeMin(axis: 0) },
    of("unique") { $0.unique(axis: 0).values },
    of("scatter, combining") {
      $0.scatter($0[0..., ..<2], at: Tensor([1, 1] as [Int32]), axis: 1, combining: .maximum)
        + $0.scatter($0, at: Tensor(zeros: [0], dtype: .int32), combining: .mean)
    },
    of("distances") { $0.pairwiseDistances($0).sum(axis: -1) + $0.cosineSimilarity($0) },
    of("distances to nothing") { x in
      let rows = x.reshape(0, 2)
      return Tensor(ones: [3, 2], dtype: x.dtype).pairwiseDistances(rows).sum() + rows.normalized().sum()
    },
    of("attention") { .scaledDotProductAttention($0, keys: $0, values: $0, causal: true) },
    of("attention to nothing") { x in
      let rows = x.reshape(0, 2)
      return .scaledDotProductAttention(Tensor(ones: [3, 2], dtype: x.dtype), keys: rows, values: rows)
    },
    of("dropout") { $0.dropout(0.5, of: .channels) },
    of("sinusoidalEncoding") { $0.sinusoidalEncoding(channels: 4) },
    of("maxPool3dWithIndices") {
      let (values, indices) = $0.expandingAxis(1).maxPool3dWithIndices([1, 2, 2])
      return values.maxUnpool3d(indices, time: 1, height: 4, width: 4)
    },
    of("adaptiveMaxPool1d") { $0.reshape(0, 16, 2).adaptiveMaxPool1d(length: 3) },
    of("permuted") { $0.permuted(3, 0, 2, 1) },
    of("flipped") { $0.flipped(axis: [0, 1]) },
    of("tiled") { $0.tiled(1, 2, 1, 1) },
    of("padded") { $0.padded([(0, 0), (1, 1), (0, 0), (0, 0)]) },
    of("padded to something") { $0.padded([(1, 1), (0, 0), (0, 0), (0, 0)], value: 3) },
    of("split") { $0.split(into: 2, axis: 1)[0] },
    of("subscript") { $0[.all, 1..<3, .stride(by: -1)] },
    of("gather") { $0.gather(Tensor([1, 0] as [Int32]), axis: 1) },
    of("matmul") { $0.matmul(Tensor(ones: [2, 5], dtype: $0.dtype)) },
    of("conv2d") { $0.conv2d(Tensor(ones: [3, 3, 2, 3], dtype: $0.dtype), padding: 1) },
    of("convTranspose2d") {
      $0.convTranspose2d(Tensor(ones: [2, 2, 3, 2], dtype: $0.dtype), stride: 2)
    },
    of("maxPool2d") { $0.maxPool2d(2) },
    of("averagePool2d") { $0.averagePool2d(2) },
    of("resized2d") { $0.resized2d(height: 7, width: 3) },
    of("resized2d, nearest") { $0.upsampled2d(interpolation: .nearest) },
    of("adaptiveAveragePool2d") { $0.adaptiveAveragePool2d(height: 3, width: 7) },
    of("adaptiveMaxPool2d") { $0.adaptiveMaxPool2d(height: 3, width: 7) },
    of("globalAveragePool") { $0.globalAveragePool() },
    of("globalMaxPool") { $0.globalMaxPool() },
    of("padded by replication") { $0.padded([(0, 0), (1, 1), (0, 2), (0, 0)], mode: .replicate) },
    of("conv2d per sample") { $0.conv2d(perSample: Tensor(ones: [0, 3, 3, 2, 3], dtype: $0.dtype)) },
    of("crossCorrelation") { $0.crossCorrelation(Tensor(ones: [0, 3, 3, 2], dtype: $0.dtype)) },
    of("preciseRoIPool, no boxes, no images") {
      $0.preciseRoIPool(Tensor(zeros: [0, 5], dtype: $0.dtype), height: 2, width: 2)
    },
    of("instanceNorm") { $0.instanceNorm() },
    of("instanceL2Norm") { $0.instanceL2Norm() },
    of("leakyReLU, learned") { $0.leakyReLU(slope: Tensor(ones: [2], dtype: $0.dtype)) },
    of("gridSample") { $0.gridSample(Tensor(zeros: [0, 3, 3, 2], dtype: $0.dtype)) },
    of("warped") { $0.warped(by: $0) },
    of("batchNorm in evaluation") {
      let ones = Tensor(ones: [2], dtype: $0.dtype)
      return $0.batchNorm(weight: ones, bias: ones, mean: ones, variance: ones)
    },
    of("groupNorm") {
      let ones = Tensor(ones: [2], dtype: $0.dtype)
      return $0.groupNorm(groups: 2, weight: ones, bias: ones)
    },
    of("layerNorm") {
      let ones = Tensor(ones: [2], dtype: $0.dtype)
      return $0.layerNorm(weight: ones, bias: ones)
    },
    of("to") { $0.to(.float64) },
  ]

  @Test func noChannelsAreNoError() {
    let x = Tensor(zeros: [2, 4, 4, 0])
    let (value, back) = pullback(at: [x]) {
      let x = $0[0]
      let y = x.batchNorm().output + x.instanceNorm() + x.layerNorm() + x.softmax(axis: 1)
      let z =
        y + x.batchNorm(mean: Tensor(zeros: [0]), variance: Tensor(zeros: [0])) + x.cumulativeSum(axis: 1)
      return z.averagePool2d(2) + z.maxPool2d(2) + z.gridSample(Tensor(zeros: [2, 2, 2, 2]))
    }
    #expect(value.shape == [2, 2, 2, 0] && back(value)[0].shape == x.shape)
  }

  /// Sizes go up to 2³² − 1; beyond, and where indices have 31 bits, a message says so.
  @Test func axesMayBeLong() async {
    let size = 3_000_000_000
    let x = Tensor(zeros: [size, 0])
    #expect((x + x).transposed().shape == [0, size] && x[size - 1].shape == [0])
    let rest = Tensor(zeros: [1_000_000_000, 0])
    #expect(Tensor.concatenate([x, rest]).split(into: 2)[1].shape == [2_000_000_000, 0])
    #expect(x.softmax(axis: 0).rolled(by: -5, axis: 0).reshape(0, 2, size).elementCount == 0)
    #expect(Tensor(zeros: [1, 0]).broadcast(to: [size, 0]).sum().item == 0)
    let most = Shape.maximumSize
    #expect(Tensor(zeros: [most, most, most, 0]).elementCount == 0)
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(zeros: [3_000_000_000, 0]).argmax(axis: 0)
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("argmax/argmin: 3000000000 positions have more indices than int32 tensors hold"))
    await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [1 << 31, 1 << 31, 1 << 31]) }
    let named = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor(zeros: [0, 1 << 40])
    }
    let limit = String(decoding: named?.standardErrorContent ?? [], as: UTF8.self)
    #expect(limit.contains("axis 1 of a tensor has a size from 0 to 4294967295, not 1099511627776"))
  }

  @Test(arguments: table, [DType.float32, .float64])
  func goesThrough(_ check: GradientCase, _ dtype: DType) {
    let (value, back) = pullback(at: check.values(dtype: dtype)) { check.body($0)[0] }
    #expect(value.isFinite().isAllTrue)
    let gradient = back(Tensor(ones: value.shape, dtype: value.dtype))[0]
    #expect(gradient.shape == [0, 4, 4, 2] && gradient.dtype == dtype)
  }
}
