import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing

@Suite struct UNetTests {
  struct Published: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () -> any Module
    let parameterCount: Int
  }

  static let published = [
    Published(
      testDescription: "benchmark",
      make: { UNet2d(inputs: 4, widths: [16, 32, 64, 128], upsampling: .transposed, bias: false) },
      parameterCount: 482_881),
    Published(
      testDescription: "feat2seg paper", make: { Feat2Seg(.paper) }, parameterCount: 4_320_897),
    Published(
      testDescription: "feat2seg small", make: { Feat2Seg(.small) }, parameterCount: 269_441),
    Published(
      testDescription: "UNetSmall", make: { UNet2d(inputs: 1, widths: [16, 32, 64, 64]) },
      parameterCount: 269_009),
  ]

  @Test(arguments: published) func hasThePublishedNumberOfParameters(_ network: Published) {
    #expect(network.make().parameterCount == network.parameterCount)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let upsampling: UNetUpsampling
    let input: Shape

    var testDescription: String { "\(upsampling), \(input)" }
  }

  /// Sizes that are odd at some level or at all of them, and the smallest that three levels take.
  static let cases = [UNetUpsampling.transposed, .linear].flatMap { upsampling in
    [
      Case(upsampling: upsampling, input: [2, 45, 37, 4]),
      Case(upsampling: upsampling, input: [1, 30, 64, 4]),
      Case(upsampling: upsampling, input: [2, 4, 7, 4]),
      Case(upsampling: upsampling, input: [1, 3, 16, 24, 4]),
      Case(upsampling: upsampling, input: [2, 2, 13, 11, 4]),
    ]
  }

  @Test(arguments: cases) func keepsTheSizeAndReachesEveryParameter(_ check: Case) throws {
    // Some starts leave a channel dead.
    let network: any Layer = withRandomSeed(1) { () -> any Layer in
      check.input.rank == 4
        ? UNet2d(inputs: 4, outputs: 2, widths: [4, 6, 8], upsampling: check.upsampling)
        : UNet3d(inputs: 4, outputs: 2, widths: [4, 6, 8], upsampling: check.upsampling)
    }
    let x = Tensor(normal: check.input, seed: 1)
    let size = Shape(check.input.dropLast() + [2])
    #expect(network(x).shape == size)
    let (_, output, gradients) = valueWithGradient {
      let y = network(x)
      return ((y * Tensor(normal: size, seed: 2)).sum(), y)
    }
    #expect(output.shape == size)
    for (path, parameter) in network.namedParameters where parameter.role == .weight {
      let gradient = try #require(gradients[parameter], "\(path)")
      #expect(gradient.shape == parameter.shape && largest(gradient).isFinite, "\(path)")
      #expect(largest(gradient) > 0, "\(path)")
    }
  }

  @Test(arguments: [[2, 16, 16, 1], [1, 2, 16, 16, 1]] as [Shape])
  func someStepsLowerTheLoss(_ size: Shape) {
    Tensor.randomState = 3
    let network: any Layer =
      size.rank == 4 ? UNet2d(inputs: 1, widths: [4, 8]) : UNet3d(inputs: 1, widths: [4, 8])
    let x = Tensor(normal: size, seed: 4)
    let truth = (x .> 0.5).to(.float32)
    let optimizer = SGD(network.parameters, learningRate: 0.5, momentum: 0.9)
    let losses = (0..<12).map { _ in
      let (loss, gradients) = valueWithGradient { binaryCrossEntropy(logits: network(x), truth: truth) }
      optimizer.step(gradients)
      return loss.item
    }
    #expect(losses.allSatisfy(\.isFinite) && losses[11] < 0.7 * losses[0], "\(losses)")
  }

  @Test func aCloneAnswersAlikeAndIsOnItsOwn() {
    let make = { UNet2d(inputs: 4, widths: [4, 8]) }
    let network = make()
    let x = Tensor(normal: [1, 16, 16, 4], seed: 5)
    _ = valueWithGradient { network(x).sum() }
    let clone = network.clone(make)
    let answer = network(x)
    #expect(bytes(clone(x)) == bytes(answer))
    _ = valueWithGradient { network(x * 2).sum() }
    #expect(bytes(clone(x)) == bytes(answer), "training one leaves the other as it was")
  }

  @Test func aFrozenNetworkEvaluatesInARecording() {
    let network = UNet2d(inputs: 1, widths: [4, 8])
    let x = Tensor(normal: [1, 8, 8, 1], seed: 6)
    _ = valueWithGradient { network(x).sum() }
    network.freeze()
    network.freezeStatistics()
    let answer = network(x)
    let before = network.stateDict.tensors
    let (_, recorded, gradients) = valueWithGradient {
      let y = network(x)
      return (y.sum(), y)
    }
    #expect(bytes(recorded.detached()) == bytes(answer) && gradients.count == 0)
    #expect(network.stateDict.tensors.allSatisfy { bytes($1) == before[$0].map(bytes) })
  }
}
