import Tensor
import TestSupport

extension GradientCase {
  static let arithmetic: [GradientCase] = binary + scalars + selection

  private static let binary: [GradientCase] = [
    GradientCase("+", covers: "+", inputs: [[2, 3], [2, 3]]) { $0[0] + $0[1] },
    GradientCase("+, a row and a column", covers: "+", inputs: [[3, 1], [1, 4]]) { $0[0] + $0[1] },
    GradientCase("+, an input twice", covers: "+", inputs: [[2, 3]]) { $0[0] + $0[0] },
    GradientCase("-", covers: "-", inputs: [[2, 3], [3]]) { $0[0] - $0[1] },
    GradientCase("-, stretched on both sides", covers: "-", inputs: [[2, 1, 3], [4, 1]]) { $0[0] - $0[1] },
    GradientCase("*", covers: "*", inputs: [[2, 3], [2, 3]]) { $0[0] * $0[1] },
    GradientCase("*, by a scalar tensor", covers: "*", inputs: [[2, 3], []]) { $0[0] * $0[1] },
    GradientCase("*, stretched in the middle", covers: "*", inputs: [[2, 1, 3], [2, 4, 1]]) { $0[0] * $0[1] },
    GradientCase("*, an input twice", covers: "*", inputs: [[5]]) { $0[0] * $0[0] },
    GradientCase("*, an input three times", covers: "*", inputs: [[5]]) { $0[0] * $0[0] * $0[0] },
    GradientCase("*, nothing to multiply", covers: "*", inputs: [[0, 3], [3]]) { $0[0] * $0[1] },
    GradientCase(
      "/", covers: "/", inputs: [[2, 3], .uniform([2, 3], 0.5..<2)]
    ) { $0[0] / $0[1] },
    GradientCase(
      "/, stretched, negative divisors", covers: "/", inputs: [[4, 1], .uniform([2, 1, 3], -2 ..< -0.5)]
    ) { $0[0] / $0[1] },
    GradientCase("/, an input by itself", covers: "/", inputs: [.uniform([4], 0.5..<2)]) { $0[0] / $0[0] },
    GradientCase(
      "pow of tensors", covers: "pow", inputs: [.uniform([2, 3], 0.5..<2), [3]]
    ) { $0[0].pow($0[1]) },
    GradientCase(
      "pow, the exponent larger", covers: "pow", inputs: [.uniform([3, 1], 0.5..<2), [2, 1, 4]]
    ) { $0[0].pow($0[1]) },
    GradientCase(
      "pow, constant whole exponents of a negative base and of 0", covers: "pow",
      inputs: [.values([-1.5, -0.7, 0, 0, 2], [5])]
    ) { $0[0].pow(Tensor([2, 3, 2, 1, 0] as [Double]).to($0[0].dtype)) },
    GradientCase(
      "remainder", covers: "remainder",
      inputs: [.values([-3.3, 0.6, 7.7], [3, 1]), .values([1.7, -2.2], [2])]
    ) {
      $0[0].remainder($0[1])
    },
    GradientCase("remainder of a number", covers: "remainder", inputs: [.distinct([5])]) {
      $0[0].remainder(0.37)
    },
    GradientCase("atan2", covers: "atan2", inputs: [[2, 1], [3]]) { .atan2($0[0], $0[1]) },
    GradientCase(
      "minimum", covers: "minimum", inputs: [.distinct([3, 4]), .values([0.01, 0.52, -0.33, -0.04], [4])]
    ) {
      .minimum($0[0], $0[1])
    },
    GradientCase(
      "maximum", covers: "maximum", inputs: [.distinct([3, 4]), .values([0.01, 0.52, -0.33, -0.04], [4])]
    ) {
      .maximum($0[0], $0[1])
    },
    GradientCase("maximum, of an input and itself", covers: "maximum", inputs: [[4]]) {
      .maximum($0[0], $0[0])
    },
    GradientCase("minimum, of an input and itself", covers: "minimum", inputs: [[4]]) {
      .minimum($0[0], $0[0])
    },
    // At a tie, central differences give each side half.
    GradientCase(
      "maximum, ties", covers: "maximum", inputs: [.values([1, 2, 3], [3]), .values([1, 2, -3], [3])]
    ) {
      .maximum($0[0], $0[1])
    },
    GradientCase(
      "minimum, ties", covers: "minimum", inputs: [.values([1, 2, 3], [3]), .values([1, 2, -3], [3])]
    ) {
      .minimum($0[0], $0[1])
    },
    GradientCase("in place", covers: "+", "-", "*", "/", inputs: [[3], [3], .uniform([3], 1..<2)]) { x in
      var y = x[0]
      y += x[1]
      y *= x[0]
      y -= x[2]
      y /= x[2]
      y += 1
      y *= 3
      y -= 0.5
      y /= 7
      return y
    },
    GradientCase("a diamond: one value on two ways", covers: "+", "*", inputs: [[3]]) { x in
      let y = x[0].squared()
      return y * x[0] + y.sin()
    },
  ]

  private static let scalars: [GradientCase] = [
    GradientCase("negative", covers: "-", inputs: [[2, 3]]) { -$0[0] },
    GradientCase("a number added", covers: "+", inputs: [[2, 3]]) { 2 + ($0[0] + 1.5) },
    GradientCase("a number subtracted", covers: "-", inputs: [[2, 3]]) { 2 - ($0[0] - 1.5) },
    GradientCase("times a number", covers: "*", inputs: [[2, 3]]) { 2 * ($0[0] * -1.5) },
    GradientCase("divided by a number", covers: "/", inputs: [[2, 3]]) { $0[0] / 3 },
    GradientCase("a number divided", covers: "/", inputs: [.uniform([2, 3], 0.5..<2)]) { 3 / $0[0] },
  ]

  private static let selection: [GradientCase] = [
    GradientCase("where", covers: "where", inputs: [[2, 3], [2, 3]]) {
      .where(Tensor([true, false, true, false, false, true], shape: [2, 3]), $0[0], $0[1])
    },
    GradientCase("where, all three stretched", covers: "where", inputs: [[1, 3], [4, 1, 1]]) {
      .where(Tensor([true, false], shape: [2, 1]), $0[0], $0[1])
    },
    GradientCase("where, an input on both sides", covers: "where", inputs: [[3]]) {
      .where(Tensor([true, false, true]), $0[0], $0[0] * $0[0])
    },
    GradientCase("where, by the input's own sign", covers: "where", inputs: [.distinct([6])]) {
      .where($0[0] .> 0, $0[0].squared(), 3 * $0[0])
    },
    GradientCase("replacing", covers: "replacing", inputs: [.distinct([6])]) {
      ($0[0] * 2).replacing(where: $0[0] .> 0, with: 5)
    },
    GradientCase("to float64 by way of float32", covers: "to", inputs: [.values([0.5, -1, 2], [3])]) { x in
      // float32 would swallow the differences, so they are taken of the rounding error, which is flat.
      x[0] * 2 + (x[0].to(.float32).to(.float64) - x[0]) * 0
    },
    GradientCase("detached", covers: "+", inputs: [[3]]) { x in x[0] + x[0].detached() * 0 },
  ]
}
