import NN
import Tensor
import TestSupport
import Testing

@Suite struct InitializerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let initializer: Initializer
    /// From the fan in and the fan out.
    let variance: @Sendable (Double, Double) -> Double
    let isUniform: Bool
  }

  static let cases = [
    Case(
      testDescription: "Kaiming normal", initializer: .kaimingNormal(), variance: { i, _ in 2 / i },
      isUniform: false),
    Case(
      testDescription: "Kaiming normal, out", initializer: .kaimingNormal(slope: 0.5, fan: .out),
      variance: { _, o in 2 / (1.25 * o) }, isUniform: false),
    Case(
      testDescription: "Kaiming uniform", initializer: .kaimingUniform(), variance: { i, _ in 2 / i },
      isUniform: true),
    Case(
      testDescription: "Xavier normal", initializer: .xavierNormal, variance: { 2 / ($0 + $1) },
      isUniform: false),
    Case(
      testDescription: "Xavier uniform", initializer: .xavierUniform, variance: { 2 / ($0 + $1) },
      isUniform: true),
  ]

  @Test func orthogonalWeightsKeepLengths() {
    for (parameter, gain) in [
      (Linear(6, 4).weight, 1.0), (Linear(4, 6).weight, 2), (Conv2d(3, 5, kernel: 3).weight, 1),
      (Conv2d(1, 20, kernel: 3).weight, 0.5),
    ] {
      parameter.initialize(.orthogonal(gain: gain))
      let columns = parameter.shape[-1]
      let w = parameter.value.detached().reshape(-1, columns)
      let isTall = w.shape[0] >= columns
      let product = isTall ? w.transposed().matmul(w) : w.matmul(w, otherTransposed: true)
      #expect(distance(product, Tensor(identity: product.shape[0]) * gain * gain) < 1e-5)
    }
  }

  @Test func truncatedNormalsEndAtTwoDeviations() {
    let weight = Linear(200, 100).weight
    weight.initialize(.truncatedNormal(standardDeviation: 0.1))
    let values = weight.value.detached()
    #expect(values.abs().max().item <= 0.2 && values.abs().max().item > 0.19)
    #expect(abs(values.standardDeviation().item / 0.088 - 1) < 0.03 && abs(values.mean().item) < 0.003)
    weight.initialize(.normal(standardDeviation: 0.1))
    #expect(weight.value.abs().max().item > 0.25)
  }

  /// Fans as PyTorch counts them.
  @Test(arguments: cases) func varianceIsThatOfTheFans(_ check: Case) {
    let weights: [(parameter: Parameter, fanIn: Double, fanOut: Double)] = [
      (Linear(200, 100).weight, 200, 100),
      (Conv2d(32, 64, kernel: 3, groups: 2).weight, 16 * 9, 64 * 9),
      (ConvTranspose2d(32, 64, kernel: 2, groups: 2).weight, 32 * 4, 32 * 4),
    ]
    for (parameter, fanIn, fanOut) in weights {
      let old = parameter.value
      parameter.initialize(check.initializer)
      let (values, expected) = (parameter.value, check.variance(fanIn, fanOut))
      #expect(values.shape == old.shape && values.dtype == old.dtype)
      #expect(
        abs(values.variance().item / expected - 1) < 0.1
          && abs(values.mean().item) < 0.1 * expected.squareRoot())
      #expect((values.abs().max().item <= (3 * expected).squareRoot()) == check.isUniform)
    }
  }
}
