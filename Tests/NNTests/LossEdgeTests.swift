import Foundation
import NN
import Tensor
import TestSupport
import Testing

/// Losses where weights are 0, where logits saturate or are infinite, and where there is nothing.
@Suite struct LossEdgeTests {
  /// Rows 1 and 2 hold what no sum survives.
  private let logits = Tensor([1, 2, 3, -.infinity, 0, 0, .nan, 1, 1, 5, 5, 6] as [Double], shape: [4, 3])
  private let kept = Tensor([1, 2, 3, 5, 5, 6] as [Double], shape: [2, 3])

  private func agree(
    _ loss: (Tensor) -> Tensor, _ expected: (Tensor) -> Tensor,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (value, slopes) = valueWithGradient(at: [logits]) { loss($0[0]) }
    let (right, keptSlopes) = valueWithGradient(at: [kept]) { expected($0[0]) }
    #expect(abs(value.item - right.item) < 1e-12, sourceLocation: sourceLocation)
    #expect(distance(slopes[0][[0, 3]], keptSlopes[0]) < 1e-12, sourceLocation: sourceLocation)
    #expect((slopes[0][1..<3] .== 0).isAllTrue, sourceLocation: sourceLocation)
  }

  @Test func ignoredRowsCountForNothing() {
    let labels = Tensor([2, 255, 255, 0] as [Int32]), own = Tensor([2, 0] as [Int32])
    let weights = Tensor([1, 2, 3] as [Double])
    agree(
      { crossEntropy(logits: $0, labels: labels, ignoring: 255) }, { crossEntropy(logits: $0, labels: own) })
    agree(
      { crossEntropy(logits: $0, labels: labels, classWeights: weights, ignoring: 255, labelSmoothing: 0.2) },
      { crossEntropy(logits: $0, labels: own, classWeights: weights, labelSmoothing: 0.2) })
    agree(
      { crossEntropy(logits: $0, labels: labels, ignoring: 255, reduction: .none).sum() },
      { crossEntropy(logits: $0, labels: own, reduction: .sum) })
    agree(
      { negativeLogLikelihood(logProbabilities: $0, labels: labels, ignoring: 255) },
      { negativeLogLikelihood(logProbabilities: $0, labels: own) })
    agree(
      { hardNegativeCrossEntropy(logits: $0.expandingAxis(0), labels: Tensor([[2, -1, -1, 0]]).to(.int32)) },
      { crossEntropy(logits: $0, labels: own) })
  }

  @Test func classesAndTruthsOfNoWeightCountForNothing() {
    let labels = Tensor([2, 0, 0, 2] as [Int32]), own = Tensor([2, 2] as [Int32])
    let weights = Tensor([0, 1, 2] as [Double])
    agree(
      { crossEntropy(logits: $0, labels: labels, classWeights: weights) },
      { crossEntropy(logits: $0, labels: own, classWeights: weights) })
    let forbidden = Tensor([-.infinity, 1, 3] as [Double])
    let truth = Tensor([0, 0.25, 0.75] as [Double])
    let expected = log(1 + exp(2.0)) - 0.75 * 2
    #expect(abs(crossEntropy(logits: forbidden, truth: truth).item - expected) < 1e-12)
    let logs = Tensor([-.infinity, log(0.25), log(0.75)])
    #expect(abs(kullbackLeiblerDivergence(logProbabilities: logs, truth: truth).item) < 1e-12)
    #expect(
      crossEntropy(
        logits: forbidden, labels: Tensor(0, dtype: .int32), classWeights: Tensor([0, 1, 1] as [Double]),
        reduction: .sum
      ).item == 0)
  }

  @Test(arguments: [LossReduction.mean, .sum, .none])
  func certainLogitsCostNothing(_ reduction: LossReduction) {
    let logits = Tensor([.infinity, -.infinity, 3e38, -3e38] as [Float]), truth: Tensor = [1, 0, 1, 0]
    let (value, slopes) = valueWithGradient(at: [logits]) {
      binaryCrossEntropy(logits: $0[0], truth: truth, reduction: reduction).sum()
    }
    #expect(value.item == 0 && slopes[0].array() == [0, 0, 0, 0])
    let wrong = binaryCrossEntropy(logits: logits, truth: 1 - truth, positiveWeight: 0, reduction: reduction)
    #expect(wrong.sum().item == .infinity)
    #expect(binaryCrossEntropy(logits: logits[..<1], truth: [1], positiveWeight: 0).item == 0)
    #expect(
      binaryCrossEntropy(logits: Tensor(zeros: [0]), truth: Tensor(zeros: [0]), reduction: .sum).item == 0)
  }

  @Test(arguments: [0.25, 0.5, 1, 2])
  func focalLossesOfCertainLogits(_ gamma: Double) {
    let x = Tensor([20, -20, 200, -200, .infinity, -.infinity, 0.5] as [Float]),
      g: Tensor = [1, 0, 1, 0, 1, 0, 1]
    let exact = x[[0, 1, 6]].to(.float64), truth = g[[0, 1, 6]]
    let losses: [(Tensor, Tensor) -> Tensor] = [
      { focalLoss(logits: $0, truth: $1, gamma: gamma, reduction: .sum) },
      { focalLoss(logits: $0, truth: $1, alpha: 1, gamma: gamma, reduction: .sum) },
      { heatmapFocalLoss(logits: $0, truth: $1, alpha: gamma) * $1.sum().item },
    ]
    for loss in losses {
      let (value, slopes) = valueWithGradient(at: [x]) { loss($0[0], g) }
      let (right, rightSlopes) = valueWithGradient(at: [exact]) { loss($0[0], truth) }
      #expect(abs(value.item / right.item - 1) < 1e-5)
      #expect(slopes[0].isFinite().isAllTrue && (slopes[0][2..<6] .== 0).isAllTrue)
      for (slope, right) in zip(
        slopes[0][[0, 1, 6]].array(of: Double.self), rightSlopes[0].array(of: Double.self))
      {
        #expect(abs(slope - right) <= 1e-5 * abs(right))
      }
    }
    // Against differences, at truths between.
    let soft = Tensor([0, 0.3, 0.9, 1] as [Double]), at = Tensor([0.2, -1, 2, 0.7] as [Double])
    let slopes = gradient(at: at) { focalLoss(logits: $0, truth: soft, gamma: gamma, reduction: .sum) }
    let step = Tensor(1e-5, dtype: .float64)
    let differences =
      (focalLoss(logits: at + step, truth: soft, gamma: gamma, reduction: .none)
        - focalLoss(logits: at - step, truth: soft, gamma: gamma, reduction: .none)) / 2e-5
    #expect(distance(slopes, differences) < 1e-8)
  }

  /// float64 of a float64 prediction, otherwise float32.
  @Test func onePrecisionForAllLosses() {
    let labels = Tensor([0, 1] as [Int32]), marks = Tensor([true, false])
    let losses: [(Tensor, Tensor) -> Tensor] = [
      { meanSquaredError($0, truth: $1) }, { meanAbsoluteError($0, truth: $1) },
      { smoothL1Loss($0, truth: $1) },
      { lbHingeLoss($0, truth: $1) }, { binaryCrossEntropy(logits: $0, truth: $1) },
      { binaryCrossEntropy(probabilities: $0, truth: $1) }, { focalLoss(logits: $0, truth: $1) },
      { heatmapFocalLoss(logits: $0, truth: $1) }, { crossEntropy(logits: $0, truth: $1) },
      { kullbackLeiblerDivergence(logProbabilities: $0, truth: $1) },
      { x, _ in crossEntropy(logits: x, labels: labels) },
      { x, _ in negativeLogLikelihood(logProbabilities: x, labels: labels) }, { boxLoss($0, truth: $1) },
      { x, _ in tripletLoss(anchors: x, positives: x, negatives: x) },
      { x, _ in infoNCELoss(queries: x, keys: x) },
      { x, _ in cosineEmbeddingLoss(x, x, areAlike: marks) }, { x, _ in meanOfHardest(x, fraction: 0.5) },
    ]
    let planes: [(Tensor, Tensor) -> Tensor] = [
      { diceLoss(probabilities: $0, truth: $1) }, { generalizedDiceLoss(probabilities: $0, truth: $1) },
      { focalDiceLoss(probabilities: $0, truth: $1) }, { focalTverskyLoss(probabilities: $0, truth: $1) },
      { maskIoULoss(probabilities: $0, truth: $1) }, { lovaszHingeLoss(logits: $0, truth: $1) },
      { lovaszSoftmaxLoss(probabilities: $0, truth: $1) }, { structuralSimilarityLoss($0, truth: $1) },
    ]
    for (losses, shape) in [(losses, Shape([2, 4])), (planes, Shape([1, 12, 12, 1]))] {
      let values = Tensor(uniform: shape, in: 0.1..<0.9, seed: 1)
      for loss in losses {
        for (dtype, expected) in [
          (DType.bfloat16, DType.float32), (.float32, .float32), (.float64, .float64),
        ] {
          for truth in [DType.bfloat16, .float32, .float64] {
            #expect(loss(values.to(dtype), values.to(truth)).dtype == expected)
          }
          let x = values.to(dtype)
          #expect(gradient(at: x) { loss($0, values) }.dtype == dtype)
        }
      }
    }
  }

  @Test func whereThereIsNothingOverlapsAreDefined() {
    let nothing = Tensor(zeros: [1, 3, 3, 1])
    let (dice, slopes) = valueWithGradient(at: [nothing]) {
      diceLoss(probabilities: $0[0], truth: nothing, smoothing: 0)
    }
    #expect(dice.item == 0 && (slopes[0] .== 0).isAllTrue)
    #expect(focalTverskyLoss(probabilities: nothing, truth: nothing, smoothing: 0).item < 1e-4)
    let flat: Tensor = [[1, 1, 1, 1], [0, 0, 2, 0]], truth: Tensor = [[1, 1, 1, 1], [0, 0, 1, 1]]
    for overlap in BoxOverlap.allCases {
      let (value, slopes) = valueWithGradient(at: [flat]) { boxLoss($0[0], truth: truth, overlap: overlap) }
      #expect(value.item.isFinite && slopes[0].isFinite().isAllTrue, "\(overlap)")
    }
  }

  @Test func aLabelOutOfRangeIsNamed() async {
    func message(_ result: ExitTest.Result?) -> String {
      String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
    let high = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = crossEntropy(logits: Tensor(zeros: [2, 5]), labels: Tensor([1, 7] as [Int32]))
    }
    #expect(message(high).contains("crossEntropy: label 7 is not one of the classes, 0 ..< 5"))
    let low = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = negativeLogLikelihood(
        logProbabilities: Tensor(zeros: [2, 5]), labels: Tensor([-1, 255] as [Int32]), ignoring: 255)
    }
    #expect(message(low).contains("negativeLogLikelihood: label -1 is not one of the classes, 0 ..< 5"))
    let index = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Embedding(3, 2)(Tensor([3] as [Int32]))
    }
    #expect(message(index).contains("Embedding: index 3 is not one of 0 ..< 3"))
  }
}
