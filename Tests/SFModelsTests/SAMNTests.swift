import NN
import Tensor
import TestSupport
import Testing
import Vision

@testable import SFModels

@Suite struct SAMNTests {
  /// The figures are those that the published code answers.
  @Test func remembersAsThePublishedNetwork() throws {
    let network = SAMN(.paper)
    try Formula.fill(network, gain: 0.5)
    func frame(_ name: String) -> Tensor { Formula.images(name, [1, 3, 96, 96], in: -2...2) }
    func mask(_ name: String) -> Tensor { Formula.images(name, [1, 1, 96, 96]) }
    let memory = [("frame0", "mask0"), ("frame1", "mask1")].map {
      network.memorized(frame($0), mask: mask($1))
    }
    #expect(memory[0].key.shape == [1, 36, 128])
    #expect(
      agree(Formula.figures(memory[0].key), [-0.240096, 2.41437, -8.15431, 10.5629, 8812.5934]))
    let reading = network.reading(network.query(frame("frame2")), memory)
    #expect(reading.shape == [1, 6, 6, 1024])
    #expect(agree(Formula.figures(reading), [-0.0482938, 2.37933, -10.2178, 8.56167, 69960.184]))
  }

  @Test func hasThePublishedParameters() {
    let network = SAMN(.paper)
    #expect(network.parameterCount == 38_925_570)
    #expect(network.memoryEncoder.parameterCount == 8_549_568)
    #expect(network.queryEncoder.parameterCount == 8_543_296)
    #expect(network.memoryEmbedding.parameterCount == 5_898_880)
    #expect(network.queryEmbedding.parameterCount == 5_898_880)
    #expect(network.decoder.parameterCount == 10_034_946)
    #expect(Formula.digest(network) == 0x3398_20b3_797a_073a)
  }

  /// A narrow network beside PyTorch's, in float64: its answers, its loss and the gradients of each part. Fixtures/samn.py
  /// prints the figures.
  @Test func learnsAsInPyTorch() throws {
    func backbone() -> ResNet { ResNet(.resNet50, stages: 3, width: 4) }
    let network = SAMN(
      .paper,
      (GuidedResNet(backbone(), masks: ["conv1_m", "conv1_o"], bias: false), GuidedResNet(backbone())),
      key: 8, value: 16, width: 8)
    try Formula.fill(network, gain: 0.5)
    network.to(.float64)
    func values(_ name: String, channels: Int, in range: ClosedRange<Double>) -> Tensor {
      Formula.images(name, [6, channels, 64, 96], in: range).to(.float64).reshape(2, 3, 64, 96, channels)
    }
    let images = values("images", channels: 3, in: -2...2)
    let masks = (values("masks", channels: 1, in: 0...1) .> 0.7).to(.float64)
    let clips = SAMNClips(images: images, first: masks[.all, 0], masks: masks)
    let (loss, logits, gradients) = valueWithGradient {
      let logits = network.answers((0..<3).map { images[.all, $0] }, first: clips.first)
      return (SAMNLoss(logits, clips).total, logits)
    }
    #expect(agree(Formula.figures(logits), [0, 2.0279364, -5.65613, 5.65613, 87374.628]))
    #expect(abs(loss.item - 3.85373637) < 1e-6)
    func figures(_ part: some Module) -> [Double] {
      Formula.figures(.concatenate(part.parameters.compactMap { gradients[$0]?.flattened() }))
    }
    #expect(
      agree(
        figures(network.memoryEncoder), [0.0084234126, 0.069910267, -1.3560064, 1.5873978, 841.61046]))
    #expect(
      agree(
        figures(network.queryEncoder), [0.0023068932, 0.093545701, -1.6313004, 1.9728715, 818.85067]))
    #expect(
      agree(
        figures(network.memoryEmbedding), [-0.020578563, 0.14317602, -1.4734994, 0.74587899, 1178.8887]))
    #expect(
      agree(
        figures(network.queryEmbedding), [0.007222319, 0.090322241, -0.53511895, 0.83060109, 736.93516]))
    #expect(agree(figures(network.decoder), [0.0070389869, 0.34435845, -2.6289306, 4.2804182, 1540.9606]))
  }

  /// Frame by frame as in one matrix, in float64; scores may be huge.
  @Test func readingIsAttentionOverAllFrames() {
    func normal(_ shape: Shape, _ seed: UInt64) -> Tensor {
      Tensor(normal: shape, dtype: .float64, seed: seed)
    }
    let query = normal([2, 4, 3], 1)
    let (keys, values) = (
      [5, 1, 3].map { normal([2, $0, 3], 2 + UInt64($0)) },
      [5, 1, 3].map { normal([2, $0, 2], 9 + UInt64($0)) }
    )
    func memory(_ inputs: [Tensor]) -> [MemorizedFrame] {
      (0..<3).map { MemorizedFrame(key: inputs[$0], value: inputs[3 + $0]) }
    }
    for scale in [1.0, 1000] {
      let whole = Tensor.scaledDotProductAttention(
        query * scale, keys: .concatenate(keys, axis: 1), values: .concatenate(values, axis: 1))
      #expect(distance(read(memory(keys + values), query * scale), whole) < 1e-12)
    }
    #expect(gradientCheck(at: [query] + keys + values) { read(memory(Array($0.dropFirst())), $0[0]) } == [])
  }

  @Test func objectsShareAPixel() {
    // One object is as likely as it was, and more decided; of two equal ones none wins.
    let one = Tensor([0.8] as [Double], shape: [1, 1, 1, 1]).softAggregated().softmax()
    #expect(abs(one[0, 0, 0, 1].item - 0.64 / (0.64 + 0.04)) < 1e-9)
    let two = Tensor([0.6, 0.6] as [Double], shape: [1, 1, 1, 2]).softAggregated().softmax()
    #expect(two.shape == [1, 1, 1, 3] && two[0, 0, 0, 1].item == two[0, 0, 0, 2].item)
    #expect(two[0, 0, 0, 0].item < two[0, 0, 0, 1].item)
    #expect(Tensor([0, 1] as [Float], shape: [1, 1, 2, 1]).softAggregated().isFinite().isAllTrue)
  }

  @Test(arguments: [SAMN.Preset.small, .lite]) func presetsAnswer(_ preset: SAMN.Preset) throws {
    let network = SAMN(preset)
    try Formula.fill(network, gain: 0.5)
    let images = network.queryEncoder.prepared(Tensor(uniform: [2, 64, 64, 3], seed: 3))
    let memory = [network.memorized(images, mask: Tensor(zeros: [2, 64, 64, 1]))]
    let logits = network.logits(network.query(images), memory, height: 64, width: 64)
    #expect(logits.shape == [2, 64, 64, 2] && logits.isFinite().isAllTrue)
  }
}
