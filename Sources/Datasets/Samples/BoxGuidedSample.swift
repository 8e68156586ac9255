import Tensor
import Vision

/// An object of a frame: what a box-guided segmentation network sees, and what it should answer.
public struct BoxGuidedSample: Sendable {
  /// The frame, RGB.
  public var image: Image
  /// The box that points at the object, in the image's pixels; nil where it is lost.
  public var box: Box?
  /// The object's visible pixels.
  public var truth: Mask

  /// The pixels inside the box; none where it is lost.
  public var boxMask: Mask {
    guard let box else { return Mask(height: image.height, width: image.width) }
    return Mask(box, height: image.height, width: image.width)
  }
}

/// Samples of one size, as tensors.
public struct BoxGuidedBatch: Sendable {
  /// The samples, for pictures.
  public let samples: [BoxGuidedSample]
  /// RGB / 255 and the 0/1 box mask, `[N, H, W, 4]`.
  public let input: Tensor
  /// The 0/1 masks, `[N, H, W, 1]`.
  public let truth: Tensor

  /// Joins at least one sample; all must be of one size.
  public init(_ samples: [BoxGuidedSample]) {
    require(!samples.isEmpty, "BoxGuidedBatch: no samples")
    self.samples = samples
    input = .stack(samples.map { .concatenate([$0.image.tensor(), $0.boxMask.tensor()], axis: -1) })
    truth = .stack(samples.map { $0.truth.tensor() })
  }
}
