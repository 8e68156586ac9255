import Foundation
import Testing

@testable import Tensor

/// float32 functions against Swift's Double ones.
@Suite struct AccuracyTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let range: ClosedRange<Double>
    let single: @Sendable (Tensor) -> Tensor
    let double: @Sendable (Double) -> Double
    /// Where values nearly cancel, an error is measured against this size instead of the value's own.
    var floor = 0.0

    init(
      _ name: String, _ range: ClosedRange<Double>, floor: Double = 0,
      _ single: @escaping @Sendable (Tensor) -> Tensor,
      _ double: @escaping @Sendable (Double) -> Double
    ) {
      (testDescription, self.range, self.floor, self.single, self.double) = (
        name, range, floor, single, double
      )
    }
  }

  static let functions: [Function] = [
    Function("exp", -87...88, { $0.exp() }, { exp($0) }),
    Function("expm1", -20...88, { $0.expm1() }, { expm1($0) }),
    Function("expm1 near 0", -0.01...0.01, { $0.expm1() }, { expm1($0) }),
    Function("log", 1e-30...1e30, { $0.log() }, { log($0) }),
    Function("log near 1", 0.5...2, { $0.log() }, { log($0) }),
    Function("log1p", -0.999...100, { $0.log1p() }, { log1p($0) }),
    Function("log1p near 0", -0.01...0.01, { $0.log1p() }, { log1p($0) }),
    Function("sin", -10...10, floor: 1e-3, { $0.sin() }, { sin($0) }),
    Function("cos", -10...10, floor: 1e-3, { $0.cos() }, { cos($0) }),
    Function("sin, far", -1000...1000, floor: 1e-2, { $0.sin() }, { sin($0) }),
    Function("tanh", -10...10, { $0.tanh() }, { tanh($0) }),
    Function("tanh near 0", -0.01...0.01, { $0.tanh() }, { tanh($0) }),
    Function("sigmoid", -80...80, { $0.sigmoid() }, { 1 / (1 + exp(-$0)) }),
    Function("softplus", -80...80, { $0.softplus() }, { $0 > 0 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) }),
    Function(
      "logSigmoid", -80...80, { $0.logSigmoid() }, { $0 < 0 ? $0 - log1p(exp($0)) : -log1p(exp(-$0)) }),
    Function("erf", -4...4, { $0.erf() }, { erf($0) }),
    Function("sqrt", 1e-30...1e30, { $0.sqrt() }, { $0.squareRoot() }),
    Function("rsqrt", 1e-30...1e30, { $0.rsqrt() }, { 1 / $0.squareRoot() }),
    Function("silu", -20...20, { $0.silu() }, { $0 / (1 + exp(-$0)) }),
    Function("gelu", -3...8, floor: 0.2, { $0.gelu() }, { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) }),
    Function("pow 2.5", 1e-3...1e3, { $0.pow(2.5) }, { pow($0, 2.5) }),
  ]

  @Test(arguments: functions)
  func isWithinFourUnitsInTheLastPlace(_ function: Function) {
    let x = Tensor(
      uniform: [20_000], in: function.range.lowerBound..<function.range.upperBound, seed: 1)
    let y = function.single(x).array()
    var worst = (error: 0.0, at: Float(0))
    for (x, y) in zip(x.array(), y) {
      let expected = function.double(Double(x))
      let unit = Double(Swift.max(Float(abs(expected)), Float(function.floor), .leastNormalMagnitude).ulp)
      let error = abs(Double(y) - expected) / unit
      if !(error <= worst.error) { worst = (error, x) }
    }
    #expect(worst.error <= 4, "at \(worst.at)")
  }

  @Test func specialValues() {
    let edges = Tensor([-.infinity, -200, 0, 200, .infinity, .nan] as [Float])
    func check(_ y: Tensor, _ expected: [Float], _ name: String) {
      let same = zip(y.array(), expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
      #expect(same, "\(name): \(y.array())")
    }
    check(edges.exp(), [0, 0, 1, .infinity, .infinity, .nan], "exp")
    check(edges.expm1(), [-1, -1, 0, .infinity, .infinity, .nan], "expm1")
    check(edges.log(), [.nan, .nan, -.infinity, log(Float(200)), .infinity, .nan], "log")
    check(Tensor([-2, -1, 0, .infinity] as [Float]).log1p(), [.nan, -.infinity, 0, .infinity], "log1p")
    check(edges.tanh(), [-1, -1, 0, 1, 1, .nan], "tanh")
    check(edges.sigmoid(), [0, 0, 0.5, 1, 1, .nan], "sigmoid")
    check(edges.softplus(), [0, 0, Float(log(2.0)), 200, .infinity, .nan], "softplus")
    check(edges.logSigmoid(), [-.infinity, -200, -Float(log(2.0)), 0, 0, .nan], "logSigmoid")
    check(edges.erf(), [-1, -1, 0, 1, 1, .nan], "erf")
    check(edges.relu(), [0, 0, 0, 200, .infinity, .nan], "relu")
    check(Tensor([-1, 0, .infinity] as [Float]).sqrt(), [.nan, 0, .infinity], "sqrt")
    check(Tensor([-0.5, 0.5, 1.5, 2.5] as [Float]).round(), [0, 0, 2, 2], "round")
    check(Tensor([0, 0, 2] as [Float]).pow(Tensor([0, 2, -1] as [Float])), [1, 0, 0.5], "pow")
    check(Tensor([1000, 1000, -.infinity] as [Float]).softmax(), [0.5, 0.5, 0], "softmax")
  }
}
