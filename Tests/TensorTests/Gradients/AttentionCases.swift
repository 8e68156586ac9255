import Tensor
import TestSupport

extension GradientCase {
  static let attention: [GradientCase] = [
    attention("plain") { .scaledDotProductAttention($0[0], keys: $0[1], values: $0[2]) },
    attention("causal") { .scaledDotProductAttention($0[0], keys: $0[1], values: $0[2], causal: true) },
    attention("a mask, one query without keys") {
      let mask = Tensor([1, 0, 1, 0, 0, 0, 0, 1, 1] as [UInt8], shape: [3, 3]).to(.bool)
      return .scaledDotProductAttention($0[0], keys: $0[1], values: $0[2], mask: mask)
    },
    attention("a mask, causal") {
      let mask = Tensor([0, 1, 1] as [UInt8]).to(.bool)
      return .scaledDotProductAttention($0[0], keys: $0[1], values: $0[2], mask: mask, causal: true)
    },
    GradientCase(
      "scaledDotProductAttention, a bias, keys stretched", covers: "scaledDotProductAttention",
      inputs: [[2, 2, 4, 3], [1, 5, 3], [2, 1, 5, 2], [4, 5]]
    ) { .scaledDotProductAttention($0[0], keys: $0[1], values: $0[2], mask: $0[3]) },
    GradientCase("sinusoidalEncoding", covers: "sinusoidalEncoding", inputs: [[2, 3]]) {
      $0[0].sinusoidalEncoding(channels: 6)
    },
    GradientCase("sinusoidalEncoding, another base", covers: "sinusoidalEncoding", inputs: [[]]) {
      $0[0].sinusoidalEncoding(channels: 4, base: 3)
    },
  ]

  private static func attention(
    _ name: String, _ body: @escaping @Sendable ([Tensor]) -> Tensor
  ) -> GradientCase {
    GradientCase(
      "scaledDotProductAttention, \(name)", covers: "scaledDotProductAttention",
      inputs: [[2, 3, 4], [2, 3, 4], [2, 3, 5]], body: body)
  }
}
