import Foundation
import NN
import Tensor
import TestSupport
import Testing

@Suite struct ModuleTests {
  struct Network: Layer {
    let first: Linear
    let norm: BatchNorm
    let blocks: [any Layer]
    let heads: [String: Linear]
    let extra: Linear?
    let nothing: Linear?
    let rate = 0.5

    init() {
      first = Linear(3, 4)
      norm = BatchNorm(4)
      blocks = [Sequential(Linear(4, 4), ReLU(), Linear(4, 4, bias: false)), Dropout(0.2)]
      heads = ["mask": Linear(4, 2)]
      extra = Linear(2, 2)
      nothing = nil
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      let features = blocks.reduce(norm(first(x))) { x, block in block(x) }
      return extra!(heads["mask"]!(features))
    }
  }

  /// Two layers with one weight.
  struct Tied: Layer {
    let encode: Linear
    let decode: Linear

    init() {
      encode = Linear(3, 3, bias: false)
      decode = encode
    }

    func callAsFunction(_ x: Tensor) -> Tensor { decode(encode(x).tanh()) }
  }

  static let x = Tensor(normal: [5, 3], seed: 1)

  @Test func pathsFollowThePropertiesInOrder() {
    #expect(
      Network().namedParameters.map(\.path) == [
        "first.weight", "first.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var",
        "norm.num_batches_tracked", "blocks.0.0.weight", "blocks.0.0.bias", "blocks.0.2.weight",
        "heads.mask.weight", "heads.mask.bias", "extra.weight", "extra.bias",
      ])
    #expect(Network().parameterCount == 16 + 8 + 20 + 16 + 10 + 6)
    #expect(Network().parameters.count == 11, "buffers are no parameters")
  }

  @Test func aModuleIsPrintedAsATree() {
    let network = Network()
    network.first.freeze()
    #expect(
      "\(network)" == """
        Network                 76
          first: Linear         16  frozen: weight [4, 3], bias [4]
          norm: BatchNorm        8  weight [4], bias [4]
          blocks.0: Sequential  36
            0: Linear           20  weight [4, 4], bias [4]
            1: ReLU
            2: Linear           16  weight [4, 4]
          blocks.1: Dropout
          heads.mask: Linear    10  weight [2, 4], bias [2]
          extra: Linear          6  weight [2, 2], bias [2]
        """)
    #expect("\(Tied())".hasPrefix("Tied              9\n  encode: Linear"), "what is shared counts once")
    let blocks = Sequential(
      Conv2d(3, 400, kernel: 3), ConvTranspose1d(4, 2, kernel: 1), MaxPool3d(2), GRU(2, 2))
    #expect(
      "\(blocks)" == """
        Sequential            11,246
          0: Conv2d           11,200  weight [3, 3, 3, 400], bias [400]
          1: ConvTranspose1d      10  weight [1, 2, 4], bias [2]
          2: MaxPool3d
          3: GRU                  36  weight_ih_l0 [6, 2], weight_hh_l0 [6, 2], bias_ih_l0 [6], bias_hh_l0 [6]
        """)
  }

  /// The table of the article on modules.
  @Test func whatHasNoParametersIsAFunction() {
    let x = Tensor(normal: [2, 4, 6, 8], seed: 3)
    let network = Sequential(
      Lambda { $0 }, Lambda { $0.hardSwish() }, Lambda { $0.pixelShuffle(2) },
      Lambda { $0.padded([(0, 0), (1, 1), (1, 1), (0, 0)]) }, Lambda { $0.softmax() },
      Lambda { $0.resized2d(height: 3, width: 5, interpolation: .linear) },
      Lambda { $0.flattened(from: 1) }, Lambda { $0.reshape($0.shape[0], 3, 5, -1) },
      Lambda { $0.mean(axis: [1, 2]) })
    #expect(network(x).shape == [2, 2])
    #expect(network.namedParameters.isEmpty)
  }

  // MARK: Copies

  @Test func aCopiedValueSharesItsParametersAndACloneDoesNot() {
    let network = Network()
    network.norm.runningMean.value = [1, 2, 3, 4]
    network.first.freeze()
    network.norm.tracksStatistics = false
    let copy = network
    let clone = withRandomSeed(3) { () -> Network in
      let clone = network.clone { Network() }
      #expect(Tensor.randomState == 3, "a clone draws nothing from the stream around")
      return clone
    }
    #expect(clone.norm.runningMean.value.array() == [1, 2, 3, 4] && !clone.norm.tracksStatistics)
    #expect(clone.first.weight.isFrozen && !clone.extra!.weight.isFrozen)
    #expect(bytes(clone(Self.x)) == bytes(network(Self.x)))

    let old = network.first.weight.value
    network.first.weight.value = old + 1
    #expect(bytes(copy.first.weight.value) == bytes(old + 1))
    #expect(bytes(clone.first.weight.value) == bytes(old))
  }

  @Test func anAverageFollowsAModule() {
    let network = Network()
    let average = network.clone { Network() }
    let start = network.first.weight.value
    for step in 1...2 {
      for parameter in network.parameters { parameter.value = parameter.value + Double(step) }
      network.norm.batchCount.value = Tensor(Double(step), dtype: .int32)
      average.updateAverage(of: network, decay: 0.75)
    }
    // (0·3/4 + 1/4)·3/4 + 3/4
    #expect(distance(average.first.weight.value, start + 0.9375) < 1e-6)
    #expect(distance(network.first.weight.value, start + 3) < 1e-6)
    #expect(average.norm.batchCount.value.item == 2)

    let (tied, mean) = (Tied(), Tied())
    mean.copyState(from: tied)
    tied.encode.weight.value = tied.encode.weight.value + 1
    let before = mean.encode.weight.value
    mean.updateAverage(of: tied, decay: 0.5)
    #expect(distance(mean.encode.weight.value, before + 0.5) < 1e-6, "a shared weight moves once")
  }

  @Test func aModuleInAnotherElementType() {
    let network = Network()
    let narrow = network(Self.x)
    #expect(network.to(.float64)(Self.x.to(.float64)).dtype == .float64)
    #expect(network.namedParameters.allSatisfy { [.float64, .int32].contains($0.parameter.value.dtype) })
    #expect(network.norm.batchCount.value.dtype == .int32)
    #expect(distance(network(Self.x.to(.float64)).to(.float32), narrow) < 1e-5)
    _ = valueWithGradient { network(Self.x.to(.float64)).sum() }
    #expect(network.norm.runningMean.value.dtype == .float64 && network.norm.batchCount.value.item == 1)
    let clone = network.clone { Network() }
    #expect(bytes(clone(Self.x.to(.float64))) == bytes(network(Self.x.to(.float64))))
    network.to(.float32)
    #expect(network(Self.x).dtype == .float32 && clone.first.weight.value.dtype == .float64)
  }

  @Test func aSharedWeightCountsOnceAndItsGradientsAddUp() throws {
    let tied = Tied()
    #expect(tied.namedParameters.map(\.path) == ["encode.weight", "decode.weight"])
    #expect(tied.parameters.count == 1 && tied.parameterCount == 9)

    let weight = tied.encode.weight
    let found = try #require(valueWithGradient { tied(Self.x).sum() }.gradients[weight])
    let (encode, decode) = gradient(at: weight.value, weight.value) { encode, decode in
      Self.x.matmul(encode, otherTransposed: true).tanh().matmul(decode, otherTransposed: true).sum()
    }
    #expect(distance(found, encode + decode) < 1e-5)
  }

  @Test func aSharedWeightIsSavedUnderEachNameAndStaysShared() throws {
    let (tied, other) = (Tied(), Tied())
    #expect(tied.stateDict.tensors.keys.sorted() == ["decode.weight", "encode.weight"])
    try other.load(tied.stateDict)
    #expect(bytes(other.encode.weight.value) == bytes(tied.encode.weight.value))
    other.encode.weight.value = Tensor(zeros: [3, 3])
    #expect(other.decode.weight.value.array() == [Float](repeating: 0, count: 9))
  }

  // MARK: What training changes

  @Test func frozenParametersHaveNoGradientAndStay() {
    let network = Network()
    network.first.freeze()
    let before = network.stateDict.tensors
    let optimizer = SGD(network.parameters, learningRate: 0.1, weightDecay: 0.1)
    let gradients = valueWithGradient { network(Self.x).squared().sum() }.gradients
    #expect(gradients[network.first.weight] == nil && gradients[network.first.bias!] == nil)
    #expect(gradients.count == 9)
    optimizer.step(gradients)
    for (path, value) in network.stateDict.tensors where !path.hasPrefix("norm.") {
      #expect((bytes(value) == before[path].map(bytes)) == path.hasPrefix("first."), "\(path)")
    }

    network.unfreeze()
    #expect(valueWithGradient { network(Self.x).sum() }.gradients.count == 11)
  }

  @Test func gradientsFlowThroughAFrozenPart() throws {
    let network = Sequential(Linear(3, 4), Linear(4, 2))
    network.layers[1].freeze()
    let gradients = valueWithGradient { network(Self.x).sum() }.gradients
    let first = network.layers[0].parameters
    #expect(gradients.count == first.count)
    for parameter in first { #expect(try #require(gradients[parameter]).abs().max().item > 0) }
  }

  @Test func eachGroupHasItsOwnStepAndDecay() {
    let network = Sequential(Linear(3, 4, bias: false), Linear(4, 2, bias: false))
    let (slow, fast) = (network.layers[0].parameters[0], network.layers[1].parameters[0])
    let optimizer = SGD(groups: [
      ParameterGroup([slow], learningRate: 0.01), ParameterGroup([fast], learningRate: 0.1, weightDecay: 0.5),
    ])
    let (oldSlow, oldFast) = (slow.value, fast.value)
    let gradients = valueWithGradient { network(Self.x).sum() }.gradients
    optimizer.step(gradients)
    #expect(distance(slow.value, oldSlow - gradients[slow]! * 0.01) < 1e-6)
    #expect(distance(fast.value, oldFast - (gradients[fast]! + oldFast * 0.5) * 0.1) < 1e-6)
  }

  // MARK: Training and evaluation

  @Test func batchNormLearnsItsStatisticsInRecordingsOnly() {
    let norm = BatchNorm(2)
    let x: Tensor = [[0, 10], [2, 30]]
    #expect(distance(norm(x), x) < 1e-3)
    #expect(norm.batchCount.value.item == 0 && norm.runningMean.value.array() == [0, 0])

    let trained = valueWithGradient { () -> (Tensor, Tensor) in
      let y = norm(x)
      return (y.sum(), y)
    }.extra.detached()
    #expect(distance(trained, [[-1, -1], [1, 1]]) < 1e-4, "by the batch's own statistics")
    #expect(norm.batchCount.value.item == 1)
    #expect(distance(norm.runningMean.value, [0.1, 2]) < 1e-6)
    #expect(distance(norm.runningVariance.value, [1.1, 20.9]) < 1e-5, "of the unbiased variance")

    let scale = norm.runningVariance.value + 1e-5
    #expect(distance(norm(x), (x - norm.runningMean.value) / scale.sqrt()) < 1e-4)
    #expect(norm.batchCount.value.item == 1)
  }

  @Test func aBatchNormWithFrozenStatisticsEvaluatesWhileTheRestTrains() {
    let (frozen, free) = (BatchNorm(3), BatchNorm(3))
    let network = Sequential(frozen, free)
    frozen.freezeStatistics()
    let gradients = valueWithGradient { network(Self.x).squared().sum() }.gradients
    #expect(frozen.batchCount.value.item == 0 && frozen.runningMean.value.array() == [0, 0, 0])
    #expect(free.batchCount.value.item == 1 && gradients.count == 4)
  }

  @Test func dropoutDropsAnewInEachRecordingAndNeverOutside() {
    let dropout = Dropout(0.5)
    let x = Tensor(ones: [1000])
    func recorded() -> Tensor {
      valueWithGradient { () -> (Tensor, Tensor) in
        let y = dropout(x)
        return (y.sum(), y)
      }.extra.detached()
    }
    let (first, second) = (recorded(), recorded())
    #expect(((first .== 0) .| (first .== 2)).isAllTrue && (first .== 0).to(.float32).mean().item > 0.4)
    #expect(bytes(first) != bytes(second))
    #expect(bytes(dropout(x)) == bytes(x))
    let state = Tensor.randomState
    _ = dropout(x)
    #expect(Tensor.randomState == state, "evaluation draws nothing")
  }
}
