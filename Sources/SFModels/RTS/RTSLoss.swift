import NN
import Tensor

/// The loss that RTS is trained with (RTS, equations 3–5), by the weights of the released code. A network that starts from
/// nothing needs a cross-entropy beside the Lovász loss, which ends where all pixels are surely wrong.
public struct RTSLoss {
  /// The Lovász loss of the masks, and their cross-entropy by its weight.
  public let masks: Tensor
  /// That of the instance model's scores.
  public let scores: Tensor

  private static let segmentation = 10.0, final = 100.0, initial = 100.0, intermediate = 400.0

  /// The loss of answers to sequences.
  public init(_ answers: RTS.Answers, _ sequences: RTSSequences, crossEntropy weight: Double = 0) {
    let truth = sequences.masks[.all, 1...]
    let lovasz = lovaszSoftmaxLoss(probabilities: answers.masks.sigmoid(), truth: truth)
    masks = weight == 0 ? lovasz : lovasz + weight * binaryCrossEntropy(logits: answers.masks, truth: truth)
    // After the last, the first and each other step of the learner.
    let labels = sequences.labels[.all, 1...]
    let losses = answers.scores.map { Self.hinge($0, labels: labels) }
    var scores = losses.last! * Self.final + losses[0] * Self.initial
    let between = losses.dropFirst().dropLast()
    if let first = between.first {
      scores += between.dropFirst().reduce(first, +) * (Self.intermediate / Double(between.count))
    }
    self.scores = scores
  }

  /// All of it.
  public var total: Tensor { masks * Self.segmentation + scores }

  /// The mean square of scores less their labels where there is one, of their positive part elsewhere (Bhat et al. 2019,
  /// equation 6).
  static func hinge(_ scores: Tensor, labels: Tensor) -> Tensor {
    let isTarget = (labels .> InstanceModel.threshold).to(scores.dtype)
    return (isTarget * (scores - labels) + (1 - isTarget) * scores.relu()).squared().mean()
  }
}
