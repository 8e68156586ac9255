import Tensor

/// The losses one can train a segmentation with, by the names that command lines use.
public enum SegmentationLoss: String, Sendable, CaseIterable {
  /// ``binaryCrossEntropy(logits:truth:positiveWeight:reduction:)``.
  case binaryCrossEntropy = "bce"
  /// ``diceLoss(probabilities:truth:smoothing:reduction:)``.
  case dice
  /// ``generalizedDiceLoss(probabilities:truth:reduction:)``.
  case generalizedDice = "generalized-dice"
  /// The mean of the generalised Dice and of the cross-entropy.
  case diceAndCrossEntropy = "dice-bce"
  /// ``focalDiceLoss(probabilities:truth:exponent:reduction:)``.
  case focalDice = "focal-dice"
  /// ``focalTverskyLoss(probabilities:truth:falseNegativeWeight:exponent:smoothing:reduction:)``.
  case focalTversky = "focal-tversky"
  /// ``lovaszHingeLoss(logits:truth:reduction:)``.
  case lovaszHinge = "lovasz-hinge"
  /// ``lovaszSoftmaxLoss(probabilities:truth:reduction:)``.
  case lovaszSoftmax = "lovasz-softmax"
  /// ``maskIoULoss(probabilities:truth:reduction:)``.
  case maskIoU = "mask-iou"

  /// The loss, with its function's defaults, of logits and truths in [0, 1], `[N, H, W, C]` or `[N, T, H, W, C]`, of one
  /// foreground per channel; a scalar.
  public func callAsFunction(logits: Tensor, truth: Tensor) -> Tensor {
    let logits = widened(logits, rawValue)
    return switch self {
    case .binaryCrossEntropy: NN.binaryCrossEntropy(logits: logits, truth: truth)
    case .dice: diceLoss(probabilities: logits.sigmoid(), truth: truth)
    case .generalizedDice: generalizedDiceLoss(probabilities: logits.sigmoid(), truth: truth)
    case .diceAndCrossEntropy:
      0.5 * generalizedDiceLoss(probabilities: logits.sigmoid(), truth: truth)
        + 0.5 * NN.binaryCrossEntropy(logits: logits, truth: truth)
    case .focalDice: focalDiceLoss(probabilities: logits.sigmoid(), truth: truth)
    case .focalTversky: focalTverskyLoss(probabilities: logits.sigmoid(), truth: truth)
    case .lovaszHinge: lovaszHingeLoss(logits: logits, truth: truth)
    case .lovaszSoftmax: lovaszSoftmaxLoss(probabilities: logits.sigmoid(), truth: truth)
    case .maskIoU: maskIoULoss(probabilities: logits.sigmoid(), truth: truth)
    }
  }
}
