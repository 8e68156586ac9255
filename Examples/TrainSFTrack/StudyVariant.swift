import NN
import SFModels
import Tensor

/// One way of putting SFTrack++ together (T, Table 2).
struct StudyVariant {
  var name: String
  /// Which trackers it sees; nil for all of them, an empty list for the median of their corners alone.
  var trackers: [Int]?
  /// Steps of the spectral segmentation; 0 leaves phase 2 out.
  var iterations = 1
  /// Whether the spectral step follows the motion.
  var followsMotion = true
  /// What the masks and boxes are taught by.
  var loss: SegmentationLoss?

  /// T's Table 2, and each of its spectral steps along the motion; `ranking` are the trackers, the best first.
  static func all(ranking: [Int]) -> [StudyVariant] {
    var variants = [StudyVariant(name: "SFTrack++")]
    variants.append(StudyVariant(name: "SFTrack++ without motion", followsMotion: false))
    variants.append(StudyVariant(name: "without phase 2", iterations: 0))
    for iterations in 2...3 {
      variants.append(StudyVariant(name: "\(iterations) iterations", iterations: iterations))
      variants.append(
        StudyVariant(
          name: "\(iterations) iterations without motion", iterations: iterations, followsMotion: false
        ))
    }
    variants.append(StudyVariant(name: "over the best alone", trackers: Array(ranking.prefix(1))))
    variants.append(StudyVariant(name: "over the best three", trackers: Array(ranking.prefix(3))))
    variants.append(StudyVariant(name: "over the median", trackers: []))
    for loss in [SegmentationLoss.diceAndCrossEntropy, .focalDice, .focalTversky] {
      variants.append(StudyVariant(name: "taught by \(loss.rawValue)", loss: loss))
    }
    return variants
  }

  /// Its networks, to train.
  func makeNetwork(trackers count: Int) -> SFTrack {
    var segmenter = SFTrack.segmenter
    segmenter.iterations = iterations
    return SFTrack(.small, trackers: trackers.map { max($0.count, 1) } ?? count, segmenter: segmenter)
  }

  /// What its networks say of a batch; in phase 2 `seg2box` only watches.
  func answers(_ network: SFTrack, _ batch: StudyBatch, isThird: Bool) -> (mask: Tensor, box: Tensor) {
    let count = batch.channels.shape[4] - 1
    let chosen = trackers.map { $0.isEmpty ? [count] : $0 } ?? Array(0..<count)
    let channels = Tensor.concatenate(chosen.map { batch.channels[.ellipsis, $0..<$0 + 1] }, axis: -1)
    let output = network.segmented(
      channels, frame: channels.shape[1] - 1, motion: followsMotion ? batch.motion : nil)
    return (output.mask, isThird ? output.box : network.seg2box(output.mask.detached()))
  }

  /// The loss of what is said of a batch.
  func loss(_ answers: (mask: Tensor, box: Tensor), _ batch: StudyBatch) -> Tensor {
    let (truth, boxes) = (batch.joined.truth, batch.joined.trueBoxes)
    guard let loss else { return PhaseTask.loss(answers, truth: truth, boxes: boxes) }
    return loss(logits: answers.mask, truth: truth) + loss(logits: answers.box, truth: boxes)
  }
}
