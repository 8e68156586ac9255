import NN
import Tensor
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
