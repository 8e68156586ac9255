import NN
import Tensor
import TestSupport
import Testing

/// Layers with their parameters against central differences in float64.
@Suite struct LayerGradientTests {
  struct LayerCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The types that it checks.
    let covers: [String]
    let input: Input
    private let layer: @Sendable () -> any Layer

    init(_ name: String, covers: String..., input: Input, make: @escaping @Sendable () -> any Layer) {
      (testDescription, self.covers, self.input, layer) = (name, covers, input, make)
    }

    /// The layer, with the same weights on every run: some may lie where differences say little.
    func make() -> any Layer { withRandomSeed(7, layer) }
  }

  static let layers: [LayerCase] = [
    LayerCase("Conv2d", covers: "Conv2d", input: [2, 4, 5, 2]) { Conv2d(2, 3, kernel: 3, padding: 1) },
    LayerCase("Conv2d, all options", covers: "Conv2d", input: [1, 6, 5, 4]) {
      Conv2d(
        4, 2, kernel: [3, 2], stride: 2, padding: [1, 2], dilation: [1, 2], groups: 2, bias: false, relu: true
      )
    },
    LayerCase("Conv1d", covers: "Conv1d", input: [2, 7, 4]) {
      Conv1d(4, 6, kernel: 3, stride: 2, padding: 1, groups: 2, relu: true)
    },
    LayerCase("ConvTranspose1d", covers: "ConvTranspose1d", input: [2, 3, 2]) {
      ConvTranspose1d(2, 3, kernel: 3, stride: 2, padding: 1, outputPadding: 1)
    },
    LayerCase("RMSNorm", covers: "RMSNorm", input: [2, 3, 5]) { RMSNorm(5) },
    LayerCase("Conv3d", covers: "Conv3d", input: [1, 3, 3, 4, 2]) {
      Conv3d(2, 2, kernel: 3, padding: 1, relu: true)
    },
    LayerCase("ConvTranspose2d", covers: "ConvTranspose2d", input: [1, 2, 3, 2]) {
      ConvTranspose2d(2, 3, kernel: 2, stride: 2)
    },
    LayerCase("ConvTranspose2d, all options", covers: "ConvTranspose2d", input: [1, 3, 2, 4]) {
      ConvTranspose2d(4, 2, kernel: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2, bias: false)
    },
    LayerCase("ConvTranspose3d", covers: "ConvTranspose3d", input: [1, 2, 2, 2, 2]) {
      ConvTranspose3d(2, 1, kernel: 2, stride: 2)
    },
    LayerCase("Linear", covers: "Linear", input: [3, 4]) { Linear(4, 2) },
    LayerCase("Linear over images, without bias", covers: "Linear", input: [2, 2, 3, 4]) {
      Linear(4, 2, bias: false)
    },
    LayerCase("BatchNorm", covers: "BatchNorm", input: [2, 3, 2, 3]) { BatchNorm(3) },
    LayerCase("BatchNorm, relu", covers: "BatchNorm", input: [2, 2, 2, 2, 3]) { BatchNorm(3, relu: true) },
    LayerCase("GroupNorm", covers: "GroupNorm", input: [2, 3, 2, 4]) { GroupNorm(groups: 2, 4) },
    LayerCase("LayerNorm", covers: "LayerNorm", input: [2, 3, 5]) { LayerNorm(5) },
    LayerCase("InstanceNorm", covers: "InstanceNorm", input: [2, 3, 2, 3]) { InstanceNorm(3) },
    LayerCase("InstanceNorm, all options", covers: "InstanceNorm", input: [2, 2, 2, 3, 2]) {
      InstanceNorm(2, epsilon: 0.01, affine: true, tracksStatistics: true)
    },
    LayerCase("InstanceL2Norm", covers: "InstanceL2Norm", input: [2, 3, 2, 3]) { InstanceL2Norm(scale: 0.2) },
    LayerCase("LeakyReLU", covers: "LeakyReLU", input: [2, 6]) { LeakyReLU() },
    LayerCase("PReLU", covers: "PReLU", input: [2, 3, 4]) { PReLU(4) },
    LayerCase("PReLU, one slope", covers: "PReLU", input: [2, 3, 4]) { PReLU() },
    LayerCase("ELU", covers: "ELU", input: [2, 6]) { ELU() },
    LayerCase("MLU", covers: "MLU", input: .uniform([2, 6], -0.2..<0.2)) { MLU() },
    LayerCase("GELU", covers: "GELU", input: [2, 6]) { GELU() },
    LayerCase("SiLU", covers: "SiLU", input: [2, 6]) { SiLU() },
    LayerCase("AveragePool3d", covers: "AveragePool3d", input: [1, 2, 4, 4, 2]) { AveragePool3d(2) },
    LayerCase("AdaptiveAveragePool2d", covers: "AdaptiveAveragePool2d", input: [2, 4, 5, 2]) {
      AdaptiveAveragePool2d(height: 3, width: 2)
    },
    LayerCase("AdaptiveMaxPool2d", covers: "AdaptiveMaxPool2d", input: .distinct([2, 4, 5, 2])) {
      AdaptiveMaxPool2d()
    },
    LayerCase("ReLU", covers: "ReLU", input: [2, 6]) { ReLU() },
    LayerCase("Sigmoid", covers: "Sigmoid", input: [2, 6]) { Sigmoid() },
    LayerCase("Tanh", covers: "Tanh", input: [2, 6]) { Tanh() },
    LayerCase("Identity", covers: "Identity", input: [2, 6]) { Identity() },
    LayerCase("Flatten", covers: "Flatten", input: [2, 3, 2]) { Flatten() },
    LayerCase("Lambda", covers: "Lambda", input: [2, 6]) { Lambda { $0.sigmoid() } },
    LayerCase("MaxPool2d", covers: "MaxPool2d", input: .distinct([1, 5, 6, 2])) {
      MaxPool2d(3, stride: 2, padding: 1)
    },
    LayerCase("MaxPool1d", covers: "MaxPool1d", input: .distinct([2, 7, 2])) {
      MaxPool1d(3, stride: 2, padding: 1, dilation: 2, ceilMode: true)
    },
    LayerCase("AveragePool1d", covers: "AveragePool1d", input: [2, 7, 2]) {
      AveragePool1d(3, stride: 2, padding: 1, ceilMode: true, includesPadding: false)
    },
    LayerCase("MaxPool3d", covers: "MaxPool3d", input: .distinct([1, 2, 4, 4, 2])) { MaxPool3d([1, 2, 2]) },
    LayerCase("AveragePool2d", covers: "AveragePool2d", input: [1, 5, 6, 2]) {
      AveragePool2d(3, stride: 2, padding: 1)
    },
    LayerCase("Upsample2d", covers: "Upsample2d", input: [1, 2, 3, 2]) { Upsample2d() },
    LayerCase("Sequential", covers: "Sequential", input: [2, 4, 4, 2]) {
      Sequential(Conv2d(2, 3, kernel: 3, padding: 1, bias: false), BatchNorm(3, relu: true), MaxPool2d(2))
    },
    LayerCase("MultiheadAttention", covers: "MultiheadAttention", input: [2, 3, 4]) {
      MultiheadAttention(4, heads: 2)
    },
    LayerCase("TransformerEncoderLayer", covers: "TransformerEncoderLayer", input: [2, 3, 4]) {
      TransformerEncoderLayer(4, heads: 2, hidden: 3, dropout: 0, activation: GELU(), normFirst: true)
    },
    LayerCase("LSTM", covers: "LSTM", input: [2, 3, 3]) { LSTM(3, 2, layers: 2) },
    LayerCase("GRU", covers: "GRU", input: [2, 3, 3]) { GRU(3, 2, layers: 2) },
    LayerCase("LSTM, peepholes", covers: "LSTM", input: [2, 3, 3]) {
      LSTM(3, 2, bidirectional: true, peepholes: true)
    },
    LayerCase("GRU, reset before", covers: "GRU", input: [2, 3, 3]) {
      GRU(3, 2, layers: 2, resetAfter: false)
    },
    LayerCase("ConvLSTM2d", covers: "ConvLSTM2d", input: [1, 3, 3, 2, 2]) { ConvLSTM2d(2, 2, kernel: 3) },
    LayerCase("ConvGRU2d", covers: "ConvGRU2d", input: [1, 3, 3, 2, 2]) { ConvGRU2d(2, 2, kernel: [3, 1]) },
    LayerCase("a layer used twice", covers: "Sequential", input: [3, 4]) {
      let shared = Linear(4, 4)
      return Sequential(shared, Lambda { $0.tanh() }, shared)
    },
  ]

  @Test(arguments: layers, [false, true])
  func layerAgreesWithCentralDifferences(_ check: LayerCase, isEvaluating: Bool) throws {
    let layer = check.make().to(.float64)
    for (index, item) in layer.namedParameters.enumerated() where item.parameter.role == .weight {
      item.parameter.value = Tensor(normal: item.parameter.shape, dtype: .float64, seed: UInt64(100 + index))
    }
    let x = check.input.tensor(seed: 5)
    func errors() -> [String] {
      #expect(valueWithGradient { layer(x).sum() }.gradients.count == layer.parameters.count)
      return gradientCheck(of: layer, at: [x], tolerance: 1e-8) { layer($0[0]) }
    }
    #expect(isEvaluating ? evaluating(errors) == [] : errors() == [])
  }

  /// In bfloat16 a layer does what it does in float32, and its parameters' gradients are float32.
  @Test(arguments: layers)
  func layerTakesBfloat16(_ check: LayerCase) throws {
    let layer = check.make()
    for (index, item) in layer.namedParameters.enumerated() where item.parameter.role == .weight {
      let shape = item.parameter.shape
      item.parameter.update { $0 = Tensor(normal: shape, seed: UInt64(100 + index)) }
    }
    let x = check.input.tensor(seed: 5).to(.bfloat16)
    func run(_ dtype: DType) -> (y: Tensor, gradients: [Tensor]) {
      let (_, y, gradients) = valueWithGradient {
        let y = layer(x.to(dtype))
        #expect(y.dtype == dtype)
        let wide = y.to(.float32)
        return ((wide * Tensor(normal: y.shape, seed: 6)).sum(), wide.detached())
      }
      return (y, layer.parameters.compactMap { gradients[$0] })
    }
    let (narrow, wide) = (run(.bfloat16), run(.float32))
    #expect(narrow.gradients.allSatisfy { $0.dtype == .float32 })
    #expect(narrow.gradients.count == wide.gradients.count)
    for (narrow, wide) in zip([narrow.y] + narrow.gradients, [wide.y] + wide.gradients) {
      #expect((narrow - wide).abs().max().item <= 0.05 * max(1, wide.abs().max().item))
    }
  }

  @Test func batchNormWithFrozenStatisticsUsesThem() {
    let layer = BatchNorm(2)
    layer.runningMean.value = [1, -1]
    layer.runningVariance.value = [4, 9]
    layer.tracksStatistics = false
    let (value, gradients) = valueWithGradient(at: [[[3, 2]] as Tensor]) { (layer($0[0]) * [[1, 10]]).sum() }
    #expect(abs(value.item - 11) < 1e-3)
    #expect(abs(gradients[0].array()[0] - 0.5) < 1e-3 && abs(gradients[0].array()[1] - 10 / 3.0) < 1e-3)
    #expect(layer.runningMean.value.array() == [1, -1] && layer.batchCount.value.item == 0)
  }

  /// The statistics of PyTorch 2.13's `InstanceNorm1d(2, track_running_stats=True)` after one batch, and its output
  /// in evaluation.
  @Test func instanceNormTracksTheMeansOfItsSamplesStatistics() {
    let layer = InstanceNorm(2, tracksStatistics: true)
    let x: Tensor = [[[1, 5], [3, 6]], [[2, 0], [8, 4]]]
    _ = valueWithGradient { layer(x).sum() }
    #expect(distance(layer.runningMean!.value, [0.35, 0.375]) < 1e-6)
    #expect(distance(layer.runningVariance!.value, [1.9, 1.325]) < 1e-6)
    #expect(layer.batchCount!.value.item == 1)
    let expected = (x - [0.35, 0.375]) / (([1.9, 1.325] as Tensor) + 1e-5).sqrt()
    #expect(distance(layer(x), expected) < 1e-5)
    #expect(layer.namedParameters.map(\.path) == ["running_mean", "running_var", "num_batches_tracked"])
  }

  /// What is dropped is drawn anew each time, so that differences say nothing: the value and the gradient must share
  /// one mask.
  @Test func dropoutDropsTheSameValuesOnTheWayBack() {
    let x = Tensor(uniform: [1000], in: 1..<2, seed: 1)
    let layer = Dropout(0.25)
    let (y, back) = pullback(at: [x]) { layer($0[0]) }
    let mask = back(Tensor(ones: [1000]))[0]
    #expect((y .== x * mask).isAllTrue)
    #expect(((mask .== 0) .| (mask .== Tensor(Double(Float(1) / 0.75)))).isAllTrue)
    #expect(abs(mask.mean().item - 1) < 0.1)
    #expect((layer(x) .== x).isAllTrue, "outside a recording nothing is dropped")
  }

  @Test func dropoutOfChannelsAndSamplesDropsThemWhole() {
    let x = Tensor(ones: [1000, 2, 3, 5])
    func dropped(_ unit: DropoutUnit) -> Tensor {
      let layer = Dropout(0.4, of: unit)
      return pullback(at: [x]) { layer($0[0]) }.pullback(x)[0]
    }
    for (unit, axes) in [(DropoutUnit.channels, [1, 2]), (.samples, [1, 2, 3])] {
      let y = dropped(unit)
      #expect((y.max(axis: axes) .== y.min(axis: axes)).isAllTrue && abs(y.mean().item - 1) < 0.2)
    }
    let channels = dropped(.channels)
    #expect((channels.max(axis: 3) .!= channels.min(axis: 3)).isAnyTrue, "not whole samples")
  }

  @Test func anEmbeddingsGradientIsAtTheIndicesUsed() throws {
    let layer = Embedding(4, 3)
    let indices = Tensor([2, 0, 2, 3] as [Int32], shape: [2, 2])
    let slope = Tensor(normal: [2, 2, 3], seed: 1)
    let (value, gradients) = valueWithGradient { (layer(indices) * slope).sum() }
    let weight = layer.weight.value
    let picked = Tensor.stack([weight[2], weight[0], weight[2], weight[3]]).reshape(2, 2, 3)
    #expect(distance(layer(indices), picked) == 0 && distance(value, (picked * slope).sum()) < 1e-5)
    let expected = Tensor.stack([slope[0, 1], Tensor(zeros: [3]), slope[0, 0] + slope[1, 0], slope[1, 1]])
    #expect(distance(try #require(gradients[layer.weight]), expected) < 1e-6)
    #expect(layer.namedParameters.map(\.path) == ["weight"])
  }

  @Test func coversEveryLayer() throws {
    let layers = try declaredNames(
      #"public (?:struct|typealias) (\w+)(?:: Layer| = \w*(?:Convolution|Pool)<)"#, in: "Layers")
    #expect(layers.count > 10)
    // Random, and of integers: checked by themselves.
    #expect(layers.subtracting(Self.layers.flatMap(\.covers)) == ["Dropout", "Embedding"])
  }
}
