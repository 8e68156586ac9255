import NN
import Tensor
import Vision

/// Short clips to train SAMN on, N of them: a frame and T later ones, with the target's pixels.
public struct SAMNClips: Sendable {
  /// The frames `[N, 1 + T, H, W, 3]`, RGB in 0…1.
  public let images: Tensor
  /// What the memory is told of each first frame, `[N, H, W, 1]`, in 0…1: the target's pixels, or its box.
  public let first: Tensor
  /// The target's pixels, `[N, 1 + T, H, W, 1]`, 0 or 1.
  public let masks: Tensor

  /// Clips of equally large frames.
  public init(_ clips: [SAMNSamples.Sample]) {
    self.init(
      images: .stack(clips.map { Tensor.stack($0.images.map { $0.tensor() }) }),
      first: .stack(clips.map { $0.first.tensor() }),
      masks: .stack(clips.map { Tensor.stack($0.masks.map { $0.tensor() }) }))
  }

  init(images: Tensor, first: Tensor, masks: Tensor) {
    (self.images, self.first, self.masks) = (images, first, masks)
  }
}

extension SAMN {
  /// The logits `[N, T, H, W, 2]` of background and target in the frames after the first: each answer joins the memory for
  /// the next frame (SAMN, §IV-A).
  public func answers(_ clips: SAMNClips) -> Tensor {
    answers(
      (0..<clips.images.shape[1]).map { queryEncoder.prepared(clips.images[.all, $0]) }, first: clips.first)
  }

  /// The same of prepared frames, each `[N, H, W, 3]`.
  func answers(_ frames: [Tensor], first: Tensor) -> Tensor {
    var memory = [memorized(frames[0], mask: first)]
    let answers = frames.indices.dropFirst().map { index in
      let (height, width) = (frames[index].shape[1], frames[index].shape[2])
      let logits = logits(query(frames[index]), memory, height: height, width: width)
      if index + 1 < frames.count {
        memory.append(memorized(frames[index], mask: logits.softmax()[.ellipsis, 1...]))
      }
      return logits
    }
    return .stack(answers, axis: 1)
  }
}

/// The loss that SAMN is trained with (equation 12): cross-entropy, of the hardest pixels of each frame (released code), and
/// how little masks overlap.
public struct SAMNLoss {
  /// The mean cross-entropy of the 40 % of pixels where it is largest.
  public let crossEntropy: Tensor
  /// The mask IoU loss.
  public let overlap: Tensor

  private static let hardest = 0.4

  /// The loss of logits `[N, T, H, W, 2]`, as `SAMN.answers(_:)` gives them.
  public init(_ logits: Tensor, _ clips: SAMNClips) {
    let truth = clips.masks[.all, 1...]
    let size = logits.shape
    let losses = NN.crossEntropy(
      logits: logits, labels: truth.squeezed(axis: -1).to(.int32), reduction: .none)
    crossEntropy = meanOfHardest(losses.reshape(size[0] * size[1], size[2], size[3]), fraction: Self.hardest)
    overlap = maskIoULoss(probabilities: logits.softmax()[.ellipsis, 1...], truth: truth)
  }

  /// All of it.
  public var total: Tensor { crossEntropy + overlap }
}
