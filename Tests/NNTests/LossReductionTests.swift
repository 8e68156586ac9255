import NN
import Tensor
import Testing

@Suite struct LossReductionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The shape without a reduction.
    let shape: Shape
    let loss: @Sendable (LossReduction) -> Tensor
  }

  private static let shape: Shape = [2, 12, 13, 3]
  private static let logits = Tensor(normal: shape, dtype: .float64, seed: 1)
  private static let probabilities = logits.sigmoid()
  private static let truth = Tensor(bernoulli: shape, probability: 0.3, dtype: .float64, seed: 2)
  private static let labels = Tensor([0, 2, 1, 1, 0, 2], shape: [2, 3])
  private static let scores = Tensor(normal: [2, 3, 3], dtype: .float64, seed: 3)
  private static let distribution = Tensor(normal: [2, 3, 3], dtype: .float64, seed: 4).softmax()
  private static let vectors = (5...7).map { Tensor(normal: [4, 5], dtype: .float64, seed: $0) }
  private static let boxes = Tensor([[1, 1, 3, 4], [0, 2, 5, 5]]).to(.float64)

  /// Those whose mean is that of the losses.
  static let cases: [Case] = [
    Case(testDescription: "binaryCrossEntropy", shape: shape) {
      binaryCrossEntropy(logits: logits, truth: truth, positiveWeight: 2, reduction: $0)
    },
    Case(testDescription: "binaryCrossEntropy of probabilities", shape: shape) {
      binaryCrossEntropy(probabilities: probabilities, truth: truth, reduction: $0)
    },
    Case(testDescription: "crossEntropy", shape: [2, 3]) {
      crossEntropy(logits: scores, labels: labels, reduction: $0)
    },
    Case(testDescription: "crossEntropy of probabilities", shape: [2, 3]) {
      crossEntropy(logits: scores, truth: distribution, reduction: $0)
    },
    Case(testDescription: "kullbackLeiblerDivergence", shape: [2, 3]) {
      kullbackLeiblerDivergence(logProbabilities: scores.logSoftmax(), truth: distribution, reduction: $0)
    },
    Case(testDescription: "negativeLogLikelihood", shape: [2, 3]) {
      negativeLogLikelihood(logProbabilities: scores.logSoftmax(), labels: labels, reduction: $0)
    },
    Case(testDescription: "focalLoss", shape: shape) {
      focalLoss(logits: logits, truth: truth, reduction: $0)
    },
    Case(testDescription: "diceLoss", shape: [2, 3]) {
      diceLoss(probabilities: probabilities, truth: truth, reduction: $0)
    },
    Case(testDescription: "diceLoss of volumes", shape: [1, 2, 1]) {
      diceLoss(
        probabilities: probabilities.reshape(1, 2, 12, 39, 1), truth: truth.reshape(1, 2, 12, 39, 1),
        reduction: $0)
    },
    Case(testDescription: "generalizedDiceLoss", shape: [2, 3]) {
      generalizedDiceLoss(probabilities: probabilities, truth: truth, reduction: $0)
    },
    Case(testDescription: "focalDiceLoss", shape: [2, 3]) {
      focalDiceLoss(probabilities: probabilities, truth: truth, reduction: $0)
    },
    Case(testDescription: "focalDiceLoss, as a root", shape: [2, 3]) {
      focalDiceLoss(probabilities: probabilities, truth: truth, beta: 1.5, reduction: $0)
    },
    Case(testDescription: "focalTverskyLoss", shape: [2, 3]) {
      focalTverskyLoss(probabilities: probabilities, truth: truth, reduction: $0)
    },
    Case(testDescription: "maskIoULoss", shape: [2, 3]) {
      maskIoULoss(probabilities: probabilities, truth: truth, reduction: $0)
    },
    Case(testDescription: "lovaszHingeLoss", shape: [2, 3]) {
      lovaszHingeLoss(logits: logits, truth: truth, reduction: $0)
    },
    Case(testDescription: "lovaszSoftmaxLoss", shape: [2, 3]) {
      lovaszSoftmaxLoss(probabilities: probabilities, truth: truth, reduction: $0)
    },
    Case(testDescription: "meanSquaredError", shape: shape) {
      meanSquaredError(logits, truth: truth, reduction: $0)
    },
    Case(testDescription: "meanAbsoluteError", shape: shape) {
      meanAbsoluteError(logits, truth: truth, reduction: $0)
    },
    Case(testDescription: "smoothL1Loss", shape: shape) {
      smoothL1Loss(logits, truth: truth, beta: 0.5, reduction: $0)
    },
    Case(testDescription: "lbHingeLoss", shape: shape) { lbHingeLoss(logits, truth: truth, reduction: $0) },
    Case(testDescription: "structuralSimilarityLoss", shape: [2, 2, 3, 3]) {
      structuralSimilarityLoss(probabilities, truth: truth, reduction: $0)
    },
    Case(testDescription: "boxLoss", shape: [2]) { boxLoss(boxes + 0.5, truth: boxes, reduction: $0) },
    Case(testDescription: "cosineEmbeddingLoss", shape: [4]) {
      cosineEmbeddingLoss(vectors[0], vectors[1], areAlike: Tensor([1, 0, 0, 1]), reduction: $0)
    },
    Case(testDescription: "tripletLoss", shape: [4]) {
      tripletLoss(anchors: vectors[0], positives: vectors[1], negatives: vectors[2], reduction: $0)
    },
    Case(testDescription: "infoNCELoss", shape: [4]) {
      infoNCELoss(queries: vectors[0], keys: vectors[1], reduction: $0)
    },
  ]

  @Test(arguments: cases) func meanAndSumAreThoseOfTheLosses(_ check: Case) {
    let losses = check.loss(.none)
    #expect(losses.shape == check.shape)
    #expect(check.loss(.mean).isClose(to: losses.mean(), relativeTolerance: 1e-12).item == 1)
    #expect(check.loss(.sum).isClose(to: losses.sum(), relativeTolerance: 1e-12).item == 1)
  }

  /// Those with a mean of their own.
  @Test func weightedMeans() {
    let labels = Tensor([0, 2, 0, -1, 0, 0], shape: [2, 3])
    let hard = {
      hardNegativeCrossEntropy(logits: Self.scores, labels: labels, ratio: 1, minimum: 1, reduction: $0)
    }
    let losses = hard(.none)
    let counted = (losses .!= 0).sum().item
    #expect(losses.shape == [2, 3] && counted == 3)
    #expect(hard(.sum).isClose(to: losses.sum()).item == 1)
    #expect(hard(.mean).isClose(to: losses.sum() / counted).item == 1)

    let heat = { heatmapFocalLoss(logits: Self.logits, truth: Self.truth, reduction: $0) }
    #expect(heat(.none).shape == Self.shape && heat(.sum).isClose(to: heat(.none).sum()).item == 1)
    #expect(heat(.mean).isClose(to: heat(.sum) / Self.truth.sum().item).item == 1)

    let weights = Tensor([0.2, 0.3, 0.5]).to(.float64)
    let dice = {
      focalDiceLoss(
        probabilities: Self.probabilities, truth: Self.truth, beta: 2, classWeights: weights, reduction: $0)
    }
    #expect(dice(.none).shape == [2, 3] && dice(.mean).isClose(to: dice(.none).sum() / 2).item == 1)
  }

  @Test func everyLossTakesAReduction() throws {
    let losses = try declaredNames(#"(?m)^public func (\w+)"#, in: "Losses")
    let reduced = try declaredNames(
      #"(?m)^public func (\w+)\([^{]*reduction: LossReduction = \.mean\s*\) -> Tensor"#, in: "Losses")
    #expect(losses.subtracting(reduced) == ["meanOfHardest"])
  }
}
