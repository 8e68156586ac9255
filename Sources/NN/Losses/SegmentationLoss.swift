import Tensor

/// The losses one can train a segmentation with, by the names that command lines use.
public enum SegmentationLoss: String, Sendable, CaseIterable {
  case binaryCrossEntropy = "bce"
  case dice
  case generalizedDice = "generalized-dice"
  case diceAndCrossEntropy = "dice-bce"
  case focalDice = "focal-dice"
  case focalTversky = "focal-tversky"
  case lovaszHinge = "lovasz-hinge"
  case lovaszSoftmax = "lovasz-softmax"
  case maskIoU = "mask-iou"

  /// The loss, with its function's defaults, of logits and truths in [0, 1], `[N, H, W, C]` or `[N, T, H, W, C]`, of one
  /// foreground per channel; a scalar. `diceAndCrossEntropy` is the mean of the generalised Dice and of the cross-entropy.
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
