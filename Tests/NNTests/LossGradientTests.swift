import NN
import Tensor
import TestSupport
import Testing

/// Losses against central differences in float64.
@Suite struct LossGradientTests {
  private static let truth = Tensor((0..<24).map { Double($0 * 7 % 5 % 2) }, shape: [2, 3, 2, 2])
  private static let probabilities = Input.uniform([2, 3, 2, 2], 0.1..<0.9)
  private static let logits = Input.normal([2, 3, 2, 2])

  static let losses: [GradientCase] = [
    GradientCase("binaryCrossEntropy", covers: "binaryCrossEntropy", inputs: [logits]) {
      binaryCrossEntropy(logits: $0[0] * 3, truth: truth, positiveWeight: 2)
    },
    GradientCase("crossEntropy", covers: "crossEntropy", inputs: [[5, 4]]) {
      crossEntropy(logits: $0[0], labels: Tensor([3, 0, 1, 1, 2] as [Int32]))
    },
    GradientCase("crossEntropy, weighted classes", covers: "crossEntropy", inputs: [[2, 2, 3]]) {
      crossEntropy(
        logits: $0[0], labels: Tensor([2, 0, 1, 1] as [Int32], shape: [2, 2]),
        classWeights: Tensor([1.0, 2, 0.5] as [Double]))
    },
    GradientCase("crossEntropy, some labels ignored", covers: "crossEntropy", inputs: [[2, 3, 3]]) {
      crossEntropy(
        logits: $0[0], labels: Tensor([2, 255, 0, 1, 255, 1] as [UInt8], shape: [2, 3]),
        classWeights: Tensor([1.0, 2, 0.5] as [Double]), ignoring: 255)
    },
    GradientCase("negativeLogLikelihood", covers: "negativeLogLikelihood", inputs: [[5, 4]]) {
      negativeLogLikelihood(
        logProbabilities: $0[0], labels: Tensor([3, 0, 1, 1, 2] as [Int32]), reduction: .none)
    },
    GradientCase("hardNegativeCrossEntropy", covers: "hardNegativeCrossEntropy", inputs: [[2, 5, 3]]) {
      hardNegativeCrossEntropy(
        logits: $0[0], labels: Tensor([0, 2, 0, -1, 0, 0, 0, 0, 1, 0] as [Int32], shape: [2, 5]), ratio: 1,
        minimum: 2)
    },
    GradientCase("meanOfHardest", covers: "meanOfHardest", inputs: [.distinct([2, 3, 4])]) {
      meanOfHardest($0[0], fraction: 0.4)
    },
    GradientCase("lbHingeLoss", covers: "lbHingeLoss", inputs: [.distinct([2, 3, 2, 2])]) {
      lbHingeLoss($0[0], truth: truth)
    },
    GradientCase("focalDiceLoss, as a root", covers: "focalDiceLoss", inputs: [probabilities]) {
      focalDiceLoss(probabilities: $0[0], truth: truth, beta: 1.5, classWeights: Tensor([0.3, 0.7]))
    },
    GradientCase("diceLoss", covers: "diceLoss", inputs: [probabilities]) {
      diceLoss(probabilities: $0[0], truth: truth)
    },
    GradientCase("focalDiceLoss", covers: "focalDiceLoss", inputs: [probabilities]) {
      focalDiceLoss(probabilities: $0[0], truth: truth)
    },
    GradientCase("focalTverskyLoss", covers: "focalTverskyLoss", inputs: [probabilities]) {
      focalTverskyLoss(probabilities: $0[0], truth: truth)
    },
    GradientCase("generalizedDiceLoss", covers: "generalizedDiceLoss", inputs: [probabilities]) {
      generalizedDiceLoss(probabilities: $0[0], truth: truth)
    },
    GradientCase("lovaszHingeLoss", covers: "lovaszHingeLoss", inputs: [logits]) {
      lovaszHingeLoss(logits: $0[0], truth: truth)
    },
    GradientCase("lovaszSoftmaxLoss", covers: "lovaszSoftmaxLoss", inputs: [probabilities]) {
      lovaszSoftmaxLoss(probabilities: $0[0], truth: truth)
    },
    GradientCase("maskIoULoss", covers: "maskIoULoss", inputs: [probabilities]) {
      maskIoULoss(probabilities: $0[0], truth: truth)
    },
    GradientCase("meanSquaredError", covers: "meanSquaredError", inputs: [[2, 3, 2, 2]]) {
      meanSquaredError($0[0], truth: truth)
    },
    GradientCase("meanAbsoluteError", covers: "meanAbsoluteError", inputs: [.distinct([2, 3, 2, 2])]) {
      meanAbsoluteError($0[0], truth: truth)
    },
    GradientCase("crossEntropy, labels smoothed", covers: "crossEntropy", inputs: [[2, 3, 3]]) {
      crossEntropy(
        logits: $0[0], labels: Tensor([2, 1, 0, 1, 2, 1] as [UInt8], shape: [2, 3]), ignoring: 1,
        labelSmoothing: 0.3)
    },
    GradientCase("crossEntropy, of probabilities", covers: "crossEntropy", inputs: [[2, 3, 4]]) {
      crossEntropy(
        logits: $0[0], truth: Tensor(normal: [2, 3, 4], dtype: .float64, seed: 3).softmax(), reduction: .none)
    },
    GradientCase(
      "kullbackLeiblerDivergence", covers: "kullbackLeiblerDivergence", inputs: [[2, 3, 4]]
    ) {
      kullbackLeiblerDivergence(
        logProbabilities: $0[0].logSoftmax(),
        truth: Tensor(normal: [2, 3, 4], dtype: .float64, seed: 3).softmax(), reduction: .sum)
    },
    GradientCase(
      "binaryCrossEntropy, of probabilities", covers: "binaryCrossEntropy", inputs: [probabilities]
    ) { binaryCrossEntropy(probabilities: $0[0], truth: truth) },
    GradientCase(
      "structuralSimilarityLoss", covers: "structuralSimilarityLoss",
      inputs: [.uniform([1, 12, 11, 2], 0..<1)]
    ) {
      structuralSimilarityLoss(
        $0[0], truth: Tensor(uniform: [1, 12, 11, 2], dtype: .float64, seed: 3), range: 2)
    },
    GradientCase("focalLoss", covers: "focalLoss", inputs: [logits]) {
      focalLoss(logits: $0[0], truth: truth, reduction: .sum)
    },
    GradientCase("heatmapFocalLoss", covers: "heatmapFocalLoss", inputs: [logits]) {
      heatmapFocalLoss(logits: $0[0], truth: truth)
    },
    GradientCase("cosineEmbeddingLoss", covers: "cosineEmbeddingLoss", inputs: [[4, 3], [4, 3]]) {
      cosineEmbeddingLoss($0[0], $0[1], areAlike: Tensor([true, false, true, false]), margin: -0.9)
    },
    GradientCase("tripletLoss", covers: "tripletLoss", inputs: [[4, 3], [4, 3], [4, 3]]) {
      tripletLoss(anchors: $0[0], positives: $0[1], negatives: $0[2])
    },
    GradientCase("infoNCELoss", covers: "infoNCELoss", inputs: [[3, 4], [5, 4]]) {
      infoNCELoss(queries: $0[0], keys: $0[1], temperature: 0.5)
    },
    GradientCase("boxLoss", covers: "boxLoss", inputs: [.values([1, 1, 4, 3, 2, 2, 5, 7], [2, 4])]) {
      boxLoss($0[0], truth: Tensor([2.0, 0.5, 5, 6, 6, 8, 9, 9], shape: [2, 4]))
    },
    GradientCase("smoothL1Loss", covers: "smoothL1Loss", inputs: [.distinct([2, 3, 2, 2])]) {
      smoothL1Loss($0[0], truth: truth, beta: 0.7)
    },
  ]

  @Test(arguments: losses)
  func lossAgreesWithCentralDifferences(_ check: GradientCase) {
    #expect(gradientErrors(check) == [])
  }

  @Test func coversEveryLoss() throws {
    let losses = try declaredNames(#"(?m)^public func (\w+)"#, in: "Losses")
    #expect(losses.count > 8)
    #expect(losses.subtracting(Self.losses.flatMap(\.covers)) == [])
  }
}
