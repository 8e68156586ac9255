import NN
import Tensor
import TestSupport
import Testing

/// Training and evaluation, apart from recording; frozen parameters, apart from frozen statistics.
@Suite struct ModeTests {
  struct Network: Layer {
    let convolution = Conv2d(2, 3, kernel: 3, padding: 1, bias: false)
    let norm = BatchNorm(3, relu: true)
    let head = Linear(3, 1)
    let dropout = Dropout(0.5)

    func callAsFunction(_ x: Tensor) -> Tensor {
      head(dropout(norm(x, after: convolution).mean(axis: [1, 2])))
    }
  }

  static let images = Tensor(normal: [4, 5, 6, 2], seed: 1) * 2 + 1
  static let truth = Tensor(normal: [4, 1], seed: 2)

  /// A network whose statistics are of some use.
  static func network() -> Network {
    withRandomSeed(3) {
      let network = Network()
      for _ in 0..<5 { _ = valueWithGradient { network(images).mean() } }
      return network
    }
  }

  func statistics(_ norm: BatchNorm) -> [Tensor] {
    [norm.runningMean, norm.runningVariance, norm.batchCount].map { $0.value.detached() }
  }

  @Test func evaluatingInARecordingIsEvaluation() throws {
    let network = Self.network()
    let before = statistics(network.norm)
    let expected = network(Self.images)
    // Of this thread alone: other tests draw too.
    let (y, gradients) = withRandomSeed(1) {
      let (_, y, gradients) = evaluating {
        valueWithGradient {
          #expect(Tensor.isRecording && !Tensor.isTraining)
          let y = network(Self.images)
          return (y.squared().sum(), y)
        }
      }
      #expect(Tensor.randomState == 1, "evaluation draws nothing")
      return (y, gradients)
    }
    #expect((y.detached() - expected).abs().max().item < 1e-5)
    #expect(zip(statistics(network.norm), before).allSatisfy { bytes($0) == bytes($1) })
    #expect(gradients.count == 5, "scales and shifts have gradients")
    #expect(gradients.norm > 0)
    let saliency = evaluating { gradient(at: Self.images) { network($0).sum() } }
    #expect(saliency.abs().max().item > 0)
    #expect(zip(statistics(network.norm), before).allSatisfy { bytes($0) == bytes($1) })
  }

  @Test func theInnermostScopeCountsOnItsOwnThread() async {
    struct Failure: Error {}
    _ = valueWithGradient {
      #expect(Tensor.isTraining)
      #expect(throws: Failure.self) { try evaluating { throw Failure() } }
      #expect(Tensor.isTraining, "a scope ends when its body throws")
      return evaluating { evaluating { Tensor(1) } }
    }
    #expect(!Tensor.isTraining, "nothing trains outside a recording")
    await evaluatingElsewhere()
    #expect(gradient(at: Tensor(1)) { $0 * (Tensor.isTraining ? 1 : 2) }.item == 1)
  }

  private func evaluatingElsewhere() async {
    await withTaskGroup(of: Bool.self) { group in
      for index in 0..<4 {
        group.addTask {
          (0..<200).allSatisfy { _ in
            if index % 2 == 0 {
              return evaluating { gradient(at: Tensor(1)) { $0 * (Tensor.isTraining ? 1 : 2) } }.item == 2
            }
            return gradient(at: Tensor(1)) { $0 * (Tensor.isTraining ? 1 : 2) }.item == 1
          }
        }
      }
      for await correct in group { #expect(correct) }
    }
  }

  /// The second run of a block is on the way back, which may lie in another scope.
  @Test(arguments: [false, true], [false, true])
  func aRecomputedBlockRunsTwiceInOneMode(_ forward: Bool, _ back: Bool) {
    func mode<Result>(_ isEvaluating: Bool, _ body: () -> Result) -> Result {
      isEvaluating ? evaluating(body) : body()
    }
    func gradient(_ run: (@escaping () -> Tensor) -> Tensor) -> (x: Tensor, statistics: [Tensor]) {
      let network = Self.network()
      let x: Tensor = withRandomSeed(5) {
        let (_, way) = mode(forward) { pullback(at: [Self.images]) { x in run { network(x[0]) } } }
        return mode(back) { way(Tensor(ones: [4, 1])) }[0]
      }
      return (x, statistics(network.norm))
    }
    let plain = gradient { $0() }
    let twice = gradient { recomputed($0) }
    let inside = gradient { block in recomputed { evaluating { Tensor(0) } + block() } }
    for found in [twice, inside] {
      #expect(bytes(found.x) == bytes(plain.x))
      #expect(zip(found.statistics, plain.statistics).allSatisfy { bytes($0) == bytes($1) })
    }
  }

  // MARK: Frozen

  @Test func freezingStopsTheParametersOnly() {
    let network = Self.network()
    network.freeze()
    let before = statistics(network.norm)
    let gradients = valueWithGradient { network(Self.images).sum() }.gradients
    #expect(gradients.count == 0)
    #expect(zip(statistics(network.norm), before).allSatisfy { bytes($0) != bytes($1) }, "as in PyTorch")
    #expect(network.norm.tracksStatistics)
    network.unfreeze()
    #expect(valueWithGradient { network(Self.images).sum() }.gradients.count == 5)
  }

  @Test func frozenStatisticsStayAndAreTaken() throws {
    let network = Self.network()
    network.freezeStatistics()
    #expect(!network.norm.tracksStatistics && !network.norm.weight.isFrozen)
    let before = statistics(network.norm)
    let features = network.norm(network.convolution(Self.images))
    let (_, y, gradients) = valueWithGradient { () -> (Tensor, Tensor) in
      let y = network.norm(network.convolution(Self.images))
      return (y.sum(), y)
    }
    #expect((y.detached() - features).abs().max().item < 1e-5)
    #expect(gradients.count == 3, "scale and shift train")
    #expect(zip(statistics(network.norm), before).allSatisfy { bytes($0) == bytes($1) })
    #expect(network.clone { Network() }.norm.tracksStatistics == false)
    network.unfreezeStatistics()
    #expect(network.norm.tracksStatistics)

    let norm = InstanceNorm(2, affine: true, tracksStatistics: true)
    norm.tracksStatistics = false
    let x = Tensor(normal: [2, 3, 2], seed: 4) + 3
    let (_, z, found) = valueWithGradient { (norm(x).sum(), norm(x)) }
    #expect(bytes(z.detached()) == bytes(norm(x)) && found.count == 2)
    #expect(norm.batchCount?.value.item == 0)
    #expect(!InstanceNorm(2).tracksStatistics)
  }

  /// A norm that the convolution takes in gives every gradient that one behind it gives.
  @Test func foldedNormsHaveTheSameGradients() throws {
    for relu in [false, true] {
      let convolution = Conv2d(2, 3, kernel: 3, padding: 1).to(.float64),
        norm = BatchNorm(3, relu: relu).to(.float64)
      for (index, item) in norm.namedParameters.enumerated() where item.parameter.shape.rank == 1 {
        item.parameter.value = Tensor(uniform: [3], in: 0.5..<2, dtype: .float64, seed: UInt64(index))
      }
      norm.tracksStatistics = false
      let x = Self.images.to(.float64), slope = Tensor(normal: [4, 5, 6, 3], dtype: .float64, seed: 6)
      let folded = valueWithGradient { (norm(x, after: convolution) * slope).sum() }
      let plain = valueWithGradient { (norm(convolution(x)) * slope).sum() }
      #expect(distance(folded.value, plain.value) < 1e-9)
      #expect(folded.gradients.count == 4 && plain.gradients.count == 4)
      for parameter in convolution.parameters + norm.parameters {
        let (a, b) = (try #require(folded.gradients[parameter]), try #require(plain.gradients[parameter]))
        #expect(distance(a, b) < 1e-9 * max(1, b.abs().max().item))
      }
      #expect(
        gradientCheck(of: norm, at: [x[0..<1, 0..<3, 0..<3]]) { norm($0[0], after: convolution) } == [])
    }
  }

  // MARK: Training loops

  /// Losses of a few steps.
  func train(_ network: Network, _ parameters: [Parameter], steps: Int = 30) -> [Double] {
    let optimizer = SGD(parameters, learningRate: 0.05)
    return (0..<steps).map { _ in
      let (loss, gradients) = valueWithGradient { meanSquaredError(network(Self.images), truth: Self.truth) }
      optimizer.step(gradients)
      return loss.item
    }
  }

  /// RTS trains its networks so: all batch norms in evaluation, everything else in training.
  @Test func trainingWithAllNormsInEvaluation() {
    let network = Self.network()
    network.freezeStatistics()
    let (before, scale) = (statistics(network.norm), network.norm.weight.value)
    let losses = withRandomSeed(1) { train(network, network.parameters) }
    let (first, last) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
    #expect(last < 0.9 * first)
    #expect(zip(statistics(network.norm), before).allSatisfy { bytes($0) == bytes($1) })
    #expect(bytes(network.norm.weight.value) != bytes(scale), "scales and shifts learn")
  }

  /// A backbone's statistics follow the new data while its filters stay; then both stay.
  @Test func fineTuningAFrozenBackbone() {
    let network = Self.network()
    network.convolution.freeze()
    network.norm.freeze()
    let filter = network.convolution.weight.value
    var before = statistics(network.norm)
    _ = withRandomSeed(1) { train(network, network.parameters) }
    #expect(bytes(network.convolution.weight.value) == bytes(filter))
    #expect(zip(statistics(network.norm), before).allSatisfy { bytes($0) != bytes($1) })

    network.norm.freezeStatistics()
    before = statistics(network.norm)
    let features = network.norm(Self.images, after: network.convolution)
    let losses = withRandomSeed(1) { train(network, network.parameters) }
    #expect(zip(statistics(network.norm), before).allSatisfy { bytes($0) == bytes($1) })
    #expect(bytes(network.norm(Self.images, after: network.convolution)) == bytes(features))
    #expect(losses.last! < losses.first!)
  }
}
