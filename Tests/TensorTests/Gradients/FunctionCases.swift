import Tensor
import TestSupport

extension GradientCase {
  static let functions: [GradientCase] = smooth + kinked + softmaxes

  private static func of(
    _ name: String, _ inputs: Input = [2, 3, 4], at place: String = "",
    _ body: @escaping @Sendable (Tensor) -> Tensor
  ) -> GradientCase {
    GradientCase(place.isEmpty ? name : "\(name), \(place)", covers: name, inputs: [inputs]) { body($0[0]) }
  }

  /// Both signs, both tails, and 0.
  private static let wide = Input.values([-30, -12, -5, -1.5, -0.3, 0, 0.2, 1.1, 4, 9, 25], [11])
  /// Both signs, close to no kink of the functions below.
  private static let offKinks = Input.values(
    [-7.3, -3.2, -2.6, -0.4, -0.013, 0.021, 0.7, 2.4, 3.3, 5.7, 6.4], [11])
  private static let positive = Input.uniform([3, 4], 0.3..<3)

  private static let smooth: [GradientCase] = [
    of("squared") { $0.squared() },
    of("reciprocal", positive) { $0.reciprocal() },
    of("reciprocal", .uniform([5], -3 ..< -0.4), at: "negative") { $0.reciprocal() },
    of("sqrt", positive) { $0.sqrt() },
    of("rsqrt", positive) { $0.rsqrt() },
    of("exp") { $0.exp() },
    of("expm1") { $0.expm1() },
    of("expm1", .values([-1e-3, 0, 1e-3, -20], [4]), at: "near 0 and far below") { $0.expm1() },
    of("log", positive) { $0.log() },
    of("log1p", .uniform([7], -0.6..<2)) { $0.log1p() },
    of("log1p", .values([-1e-3, 0, 1e-3], [3]), at: "near 0") { $0.log1p() },
    of("sin", .uniform([12], -9..<9)) { $0.sin() },
    of("cos", .uniform([12], -9..<9)) { $0.cos() },
    of("tan", .uniform([5], -1.3..<1.3)) { $0.tan() },
    of("asin", .uniform([5], -0.9..<0.9)) { $0.asin() },
    of("acos", .uniform([5], -0.9..<0.9)) { $0.acos() },
    of("atan") { $0.atan() },
    of("sinh") { $0.sinh() },
    of("cosh") { $0.cosh() },
    of("asinh") { $0.asinh() },
    of("acosh", .uniform([5], 1.2..<4)) { $0.acosh() },
    of("atanh", .uniform([5], -0.9..<0.9)) { $0.atanh() },
    of("tanh") { $0.tanh() },
    of("tanh", wide, at: "tails") { $0.tanh() },
    of("erf", .uniform([12], -3..<3)) { $0.erf() },
    of("pow", positive) { $0.pow(2.5) },
    of("pow", .values([-2, -0.5, 0.4, 3], [4]), at: "whole exponents, negative base") {
      $0.pow(3) + $0.pow(-2)
    },
    of("pow", .values([-1, 0, 2], [3]), at: "exponents 0, 1 and 2 at 0") {
      $0.pow(0) + $0.pow(1) + $0.pow(2)
    },
    of("sigmoid") { $0.sigmoid() },
    of("sigmoid", wide, at: "tails") { $0.sigmoid() },
    of("logSigmoid") { $0.logSigmoid() },
    of("logSigmoid", wide, at: "tails") { $0.logSigmoid() },
    of("softplus") { $0.softplus() },
    of("softplus", wide, at: "tails") { $0.softplus() },
    of("gelu") { $0.gelu() },
    of("gelu", wide, at: "tails") { $0.gelu() },
    of("gelu", at: "approximate") { $0.gelu(approximate: true) },
    of("gelu", wide, at: "approximate, tails") { $0.gelu(approximate: true) },
    of("silu") { $0.silu() },
    of("silu", wide, at: "tails") { $0.silu() },
    of("mish") { $0.mish() },
    of("mish", wide, at: "tails") { $0.mish() },
    of("softplus", at: "beta") { $0.softplus(beta: 2.5) },
    of("softsign") { $0.softsign() },
    of("celu") { $0.celu() },
    of("celu", offKinks, at: "alpha") { $0.celu(alpha: 0.4) },
    of("mlu", .uniform([12], -0.3..<0.3)) { $0.mlu() },
    of("selu", offKinks) { $0.selu() },
    of("elu", offKinks, at: "negative alpha") { $0.elu(alpha: -0.6) },
    of("elu", offKinks) { $0.elu() },
    of("elu", offKinks, at: "alpha") { $0.elu(alpha: 0.4) },
    of("exp", [], at: "a scalar") { $0.exp() },
    of("exp", [0, 3], at: "no elements") { $0.exp() },
  ]

  private static let kinked: [GradientCase] = [
    of("abs", offKinks) { $0.abs() },
    of("abs", .values([0], [1]), at: "0, where differences give 0 too") { $0.abs() },
    of("sign", offKinks) { $0.sign() },
    of("floor", offKinks) { $0.floor() },
    of("ceil", offKinks) { $0.ceil() },
    of("round", offKinks) { $0.round() },
    of("trunc", offKinks) { $0.trunc() },
    of("clamp", offKinks) { $0.clamp(min: -1, max: 2) },
    of("clamp", offKinks, at: "bounds that cross") { $0.clamp(min: 2, max: -1) },
    of("clamp", offKinks, at: "one bound") { $0.clamp(min: 0.5) + $0.clamp(max: 0.1) },
    of("relu", offKinks) { $0.relu() },
    of("relu6", offKinks) { $0.relu6() },
    of("leakyReLU", offKinks) { $0.leakyReLU() },
    of("leakyReLU", offKinks, at: "slope") { $0.leakyReLU(slope: 0.3) },
    of("leakyReLU", offKinks, at: "negative slope") { $0.leakyReLU(slope: -0.5) },
    GradientCase("leakyReLU, learned slopes", covers: "leakyReLU", inputs: [[2, 3, 4], [4]]) {
      $0[0].leakyReLU(slope: $0[1])
    },
    GradientCase("leakyReLU, one learned slope", covers: "leakyReLU", inputs: [[2, 3], [1]]) {
      $0[0].leakyReLU(slope: $0[1])
    },
    GradientCase("leakyReLU, slopes per row", covers: "leakyReLU", inputs: [[2, 3, 4], [3, 1]]) {
      $0[0].leakyReLU(slope: $0[1])
    },
    of("leakyReLU", offKinks, at: "slope 0") { $0.leakyReLU(slope: 0) },
    of("hardSigmoid", offKinks) { $0.hardSigmoid() },
    of("hardSwish", offKinks) { $0.hardSwish() },
  ]

  private static let softmaxes: [GradientCase] = [
    of("softmax", [2, 3, 5]) { $0.softmax() },
    of("softmax", [2, 4, 3], at: "inner axis") { $0.softmax(axis: 1) },
    of("softmax", [4, 2, 3], at: "first axis") { $0.softmax(axis: 0) },
    of("softmax", [3, 1], at: "one class") { $0.softmax() },
    of("softmax", .values([100, -100, 98, 99], [4]), at: "large") { $0.softmax() },
    of("softmax", [2, 37], at: "odd width") { $0.softmax() },
    of("softmax", [2, 150], at: "wide") { $0.softmax() },
    of("logSoftmax", [2, 3, 5]) { $0.logSoftmax() },
    of("logSoftmax", [2, 4, 3], at: "inner axis") { $0.logSoftmax(axis: -2) },
    of("logSoftmax", .values([100, -100, 98, 99], [4]), at: "large") { $0.logSoftmax() },
    of("logSoftmax", [2, 37], at: "odd width") { $0.logSoftmax() },
    of("logSoftmax", [2, 150], at: "wide") { $0.logSoftmax() },
  ]
}
