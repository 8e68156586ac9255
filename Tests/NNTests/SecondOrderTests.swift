import Foundation
import NN
import Tensor
import TestSupport
import Testing

/// Gradients of gradients through losses and layers, and what is trained by them.
@Suite struct SecondOrderTests {
  @Test(arguments: LossGradientTests.losses)
  func lossAgreesWithCentralDifferences(_ check: GradientCase) {
    #expect(secondOrderErrors(check) == [])
  }

  @Test(arguments: LayerGradientTests.layers)
  func layerAgreesWithCentralDifferences(_ check: LayerGradientTests.LayerCase) {
    let layer = check.make().to(.float64)
    for (index, item) in layer.namedParameters.enumerated() where item.parameter.role == .weight {
      item.parameter.value = Tensor(normal: item.parameter.shape, dtype: .float64, seed: UInt64(100 + index))
    }
    let x = check.input.tensor(seed: 5)
    #expect(secondOrderErrors(at: [x]) { [layer($0[0])] } == [])
  }

  /// A penalty on slopes, its gradients by the parameters against differences.
  @Test func penaltiesReachEveryParameter() {
    struct Critic: Module {
      let first = Conv2d(2, 3, kernel: 3)
      let norm = LayerNorm(3)
      let last = Linear(3, 1)
      func callAsFunction(_ x: Tensor) -> Tensor { last(norm(first(x)).gelu().mean(axis: [1, 2])) }
    }
    // Where a pixel's three channels are almost equal, differences of a layer norm's slopes say little.
    let critic = withRandomSeed(2) { Critic() }.to(.float64)
    let x = Tensor(normal: [2, 4, 4, 2], dtype: .float64, seed: 3)
    let errors = gradientCheck(of: critic, at: [x]) {
      let slopes = gradient(at: $0[0]) { critic($0).sum() }
      return (slopes.norm(axis: [1, 2, 3]) - 1).squared().mean()
    }
    #expect(errors == [])
  }

  struct Perceptron: Module {
    let layers: [Linear]
    init(_ sizes: Int...) { layers = zip(sizes, sizes.dropFirst()).map { Linear($0, $1) } }
    func callAsFunction(_ x: Tensor) -> Tensor {
      layers.dropFirst().reduce(layers[0](x)) { $1($0.tanh()) }
    }
  }

  /// WGAN-GP (Gulrajani et al. 2017): a generator of points learns where those of the truth lie, against a critic whose
  /// slope is held at 1.
  @Test func wassersteinGANLearns() {
    withRandomSeed(5) {
      let (critic, generator) = (Perceptron(2, 24, 24, 1), Perceptron(2, 24, 2))
      let criticOptimizer = Adam(critic.parameters, learningRate: 5e-3, betas: (0.5, 0.9))
      let optimizer = Adam(generator.parameters, learningRate: 5e-3, betas: (0.5, 0.9))
      let centre: Tensor = [2, -1]
      func truth() -> Tensor { Tensor(normal: [64, 2]) * 0.3 + centre }
      func generated() -> Tensor { generator(Tensor(normal: [64, 2])) }
      func slopes(_ x: Tensor) -> Tensor { gradient(at: x) { critic($0).sum() }.norm(axis: -1) }
      func distance() -> Double { (generated().mean(axis: 0) - centre).norm().item }

      let before = distance()
      for _ in 0..<80 {
        for _ in 0..<3 {
          let (real, fake) = (truth(), generated())
          let share = Tensor(uniform: [64, 1])
          let between = real * share + fake * (1 - share)
          let (_, gradients) = valueWithGradient {
            critic(fake).mean() - critic(real).mean() + 10 * (slopes(between) - 1).squared().mean()
          }
          criticOptimizer.step(gradients)
        }
        let (_, gradients) = valueWithGradient { -critic(generated()).mean() }
        optimizer.step(gradients)
      }
      let after = distance()
      #expect(after < 0.5 * before, "\(before) to \(after)")
      #expect(abs(slopes(truth()).mean().item - 1) < 0.4, "\(slopes(truth()).mean().item)")
    }
  }

  /// MAML (Finn et al. 2017), second-order: a network learns to fit a sine of any height and phase in one step.
  @Test func modelAgnosticMetaLearningLearns() {
    withRandomSeed(6) {
      let network = Perceptron(1, 24, 24, 1)
      let optimizer = Adam(network.parameters, learningRate: 5e-3)
      func output(_ weights: [Tensor], _ x: Tensor) -> Tensor {
        let layers = stride(from: 0, to: weights.count, by: 2).map { (weights[$0], weights[$0 + 1]) }
        return layers.dropFirst().reduce(x.matmul(layers[0].0, otherTransposed: true) + layers[0].1) {
          $0.tanh().matmul($1.0, otherTransposed: true) + $1.1
        }
      }
      /// The error after one step on a task's first points, on its others.
      func adapted(_ weights: [Tensor]) -> Tensor {
        let (height, phase) = (Tensor(uniform: [1, 1], in: 0.5..<2), Tensor(uniform: [1, 1], in: 0..<3))
        func error(_ weights: [Tensor]) -> Tensor {
          let x = Tensor(uniform: [10, 1], in: -3..<3)
          return (output(weights, x) - height * (x + phase).sin()).squared().mean()
        }
        let steps = gradient(at: weights, error)
        return error(zip(weights, steps).map { $0 - 0.1 * $1 })
      }
      func step() -> Double {
        let (loss, gradients) = valueWithGradient {
          let weights = network.parameters.map(\.value)
          return (0..<4).map { _ in adapted(weights) }.reduce(Tensor(0), +) / 4
        }
        optimizer.step(gradients)
        return loss.item
      }
      let errors = (0..<120).map { _ in step() }
      let (before, after) = (errors.prefix(20).reduce(0, +) / 20, errors.suffix(20).reduce(0, +) / 20)
      #expect(after < 0.5 * before, "\(before) to \(after)")
    }
  }
}
