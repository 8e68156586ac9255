import Tensor
import TestSupport

extension GradientCase {
  static let reductions: [GradientCase] = sums + extremes + scans

  private static func of(
    _ name: String, _ place: String = "", _ inputs: Input = [2, 3, 4],
    _ body: @escaping @Sendable (Tensor) -> Tensor
  ) -> GradientCase {
    GradientCase(place.isEmpty ? name : "\(name), \(place)", covers: name, inputs: [inputs]) { body($0[0]) }
  }

  private static let sums: [GradientCase] = [
    of("sum") { $0.sum() },
    of("sum", "last axis") { $0.sum(axis: -1) },
    of("sum", "first axis, kept") { $0.sum(axis: 0, keepingAxes: true) },
    of("sum", "axes apart") { $0.sum(axis: [0, 2]) },
    of("sum", "axes apart, kept", [2, 3, 2, 2]) { $0.sum(axis: [-1, 1], keepingAxes: true) },
    of("sum", "of a scalar", []) { $0.sum() },
    of("sum", "over an empty axis", [2, 0]) { $0.sum(axis: 1) },
    of("mean") { $0.mean() },
    of("mean", "inner axis") { $0.mean(axis: 1) },
    of("mean", "axes, kept") { $0.mean(axis: [0, 1], keepingAxes: true) },
    of("product", "", .uniform([2, 3], 0.5..<2)) { $0.product() },
    of("product", "an axis, signs mixed", .values([-1.5, 0.7, 2, -0.3, 1.1, 0.9], [2, 3])) {
      $0.product(axis: 1)
    },
    of("product", "zeros", .values([0, 2, 3, 0, 5, 0, -1, 2, 4], [3, 3])) { $0.product(axis: 1) },
    of("product", "kept", .uniform([2, 3, 2], 0.5..<2)) { $0.product(axis: [0, 2], keepingAxes: true) },
    of("product", "one zero", .values([1.5, 0, 2, -0.3, 1.1, 0.9], [2, 3])) { $0.product(axis: 1) },
    of("product", "two zeros", .values([1.5, 0, 0, -0.3, 1.1, 0.9], [2, 3])) {
      $0.product(axis: -1) + $0.product()
    },
    of("variance") { $0.variance() },
    of("variance", "axes, unbiased") { $0.variance(axis: [0, 2], correction: 1) },
    of("variance", "kept") { $0.variance(axis: 1, keepingAxes: true) },
    of("standardDeviation", "axes, unbiased") { $0.standardDeviation(axis: [0, 2], correction: 1) },
    of("standardDeviation", "kept") { $0.standardDeviation(axis: -1, keepingAxes: true) },
    of("norm") { $0.norm() },
    of("norm", "axes apart") { $0.norm(axis: [0, 2]) },
    of("norm", "of order 1", .uniform([2, 3], 0.5..<2)) { ($0 - 1.2).norm(axis: 1, order: 1) },
    of("norm", "of order 3") { $0.norm(axis: [0, 2], order: 3) },
    of("norm", "the largest", .distinct([2, 3, 4])) {
      $0.norm(axis: [1], order: .infinity, keepingAxes: true)
    },
    of("norm", "kept") { $0.norm(axis: -1, keepingAxes: true) },
    of("logSumExp") { $0.logSumExp(axis: -1) },
    of("logSumExp", "inner axis, kept") { $0.logSumExp(axis: 1, keepingAxes: true) },
    of("logSumExp", "two axes", [2, 3, 4]) { $0.logSumExp(axis: [0, 2]) },
    of("logSumExp", "first axis") { $0.logSumExp(axis: 0) },
    of("logSumExp", "all") { $0.logSumExp() },
    of("logSumExp", "axes apart, kept") { $0.logSumExp(axis: [0, 2], keepingAxes: true) },
    of("logSumExp", "large", .values([800, 799, -800], [3])) { $0.logSumExp(axis: 0) },
  ]

  private static let extremes: [GradientCase] = [
    of("max", "", .distinct([2, 3, 4])) { $0.max() },
    of("max", "last axis", .distinct([2, 3, 4])) { $0.max(axis: -1) },
    of("max", "axes apart", .distinct([2, 3, 4])) { $0.max(axis: [0, 2]) },
    of("max", "kept", .distinct([2, 3, 4])) { $0.max(axis: 1, keepingAxes: true) },
    // Two equal largest elements: differences give each half of the slope.
    of("max", "two equal", .values([1, 3, 3, 2], [4])) { $0.max() },
    of("min", "", .distinct([2, 3, 4])) { $0.min() },
    of("min", "inner axis", .distinct([2, 3, 4])) { $0.min(axis: 1) },
    of("min", "kept", .distinct([2, 3, 4])) { $0.min(axis: [0, -1], keepingAxes: true) },
    of("min", "two equal", .values([1, 3, 1, 2], [4])) { $0.min() },
    of("max", "the input used beside it", .distinct([2, 5])) { $0 - $0.max(axis: -1, keepingAxes: true) },
  ]

  private static let scans: [GradientCase] = [
    of("cumulativeSum") { $0.cumulativeSum(axis: -1) },
    of("cumulativeSum", "first axis") { $0.cumulativeSum(axis: 0) },
    of("cumulativeSum", "inner axis") { $0.cumulativeSum(axis: 1) },
    of("cumulativeSum", "exclusive") { $0.cumulativeSum(axis: 1, exclusive: true) },
    of("cumulativeSum", "exclusive, reversed") {
      $0.cumulativeSum(axis: -1, exclusive: true, reversed: true)
    },
    of("cumulativeSum", "reversed") { $0.cumulativeSum(axis: 0, reversed: true) },
    of("cumulativeProduct") { $0.cumulativeProduct(axis: -1) },
    of("cumulativeProduct", "reversed, exclusive") {
      $0.cumulativeProduct(axis: 1, exclusive: true, reversed: true)
    },
    of("cumulativeProduct", "one zero", .values([1.5, 0, 2, -0.3, 0, 0.9], [2, 3])) {
      $0.cumulativeProduct(axis: 1)
    },
    of("cumulativeProduct", "zeros", .values([1.5, 0, 2, 0, 1.1, 0, 3, 2], [8])) {
      $0.cumulativeProduct(axis: 0) + $0.cumulativeProduct(axis: 0, reversed: true)
    },
    of("unique", "", .distinct([2, 3])) { $0.unique().values },
    of("topK", "first axis", .distinct([4, 3])) { $0.topK(2, axis: 0).values },
    of("sorted", "", .distinct([2, 5])) { $0.sorted().values },
    of("sorted", "descending, first axis", .distinct([4, 3])) { $0.sorted(axis: 0, descending: true).values },
    of("sorted", "inner axis", .distinct([2, 4, 3])) { $0.sorted(axis: 1).values },
    of("topK", "", .distinct([3, 7])) { $0.topK(3).values },
    of("topK", "smallest", .distinct([2, 2, 6])) { $0.topK(2, largest: false).values },
    of("topK", "all", .distinct([2, 3])) { $0.topK(3).values },
  ]
}
