import NN
import Tensor

/// The loss that RTS is trained with (RTS, equations 3–5), by the weights of the released code.
public enum RTSLoss {
  private static let segmentation = 10.0, final = 100.0, initial = 100.0, intermediate = 400.0

  /// The loss of answers: the Lovász loss of the masks, and the instance model's scores after the last, the first and each
  /// other step of its learner.
  public static func total(_ answers: RTS.Answers, _ sequences: RTSSequences) -> Tensor {
    let truth = sequences.masks[.all, 1...], labels = sequences.labels[.all, 1...]
    let scores = answers.scores.map { hinge($0, labels: labels) }
    let between = scores.dropFirst().dropLast()
    var total = masks(answers.masks, truth: truth) * segmentation + scores.last! * final + scores[0] * initial
    if let first = between.first {
      total += between.dropFirst().reduce(first, +) * (intermediate / Double(between.count))
    }
    return total
  }

  /// The Lovász loss of the probabilities that logits `[N, T, H, W, 1]` stand for, each frame for itself.
  static func masks(_ logits: Tensor, truth: Tensor) -> Tensor {
    lovaszSoftmaxLoss(probabilities: logits.sigmoid(), truth: truth)
  }

  /// The mean square of scores less their labels where there is one, of their positive part elsewhere (Bhat et al. 2019,
  /// equation 6).
  static func hinge(_ scores: Tensor, labels: Tensor) -> Tensor {
    let isTarget = (labels .> InstanceModel.threshold).to(scores.dtype)
    return (isTarget * (scores - labels) + (1 - isTarget) * scores.relu()).squared().mean()
  }
}
