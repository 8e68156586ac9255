import Tensor
import TestSupport

extension GradientCase {
  static let vectors: [GradientCase] = [
    GradientCase("normalized", covers: "normalized", inputs: [[3, 4]]) { $0[0].normalized() },
    GradientCase("normalized, first axis, short vectors", covers: "normalized", inputs: [[3, 4]]) {
      $0[0].normalized(axis: 0, epsilon: 1.7)
    },
    GradientCase(
      "normalized, no length", covers: "normalized", inputs: [.values([1, 0, 2, 0], [2, 2])]
    ) { $0[0].normalized(axis: 0, epsilon: 0.5) },
    GradientCase("cosineSimilarity", covers: "cosineSimilarity", inputs: [[2, 3, 4], [3, 4]]) {
      $0[0].cosineSimilarity($0[1])
    },
    GradientCase(
      "cosineSimilarity, inner axis", covers: "cosineSimilarity", inputs: [[2, 3, 4], [2, 3, 1]]
    ) {
      $0[0].cosineSimilarity($0[1], axis: 1)
    },
    GradientCase("pairwiseDistances", covers: "pairwiseDistances", inputs: [[4, 3], [5, 3]]) {
      $0[0].pairwiseDistances($0[1])
    },
    GradientCase(
      "pairwiseDistances, stretched", covers: "pairwiseDistances", inputs: [[2, 4, 3], [1, 5, 3]]
    ) { $0[0].pairwiseDistances($0[1]) },
    GradientCase("crossProduct", covers: "crossProduct", inputs: [[2, 4, 3], [4, 3]]) {
      $0[0].crossProduct($0[1])
    },
    GradientCase("crossProduct, first axis", covers: "crossProduct", inputs: [[3, 2], [3, 1]]) {
      $0[0].crossProduct($0[1], axis: 0)
    },
  ]
}
