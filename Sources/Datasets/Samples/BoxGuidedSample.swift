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
}

/// Samples of one size, as tensors.
public struct BoxGuidedBatch: Sendable {
  /// The samples, for pictures.
  public let samples: [BoxGuidedSample]
  /// RGB in [0, 1], `[N, H, W, 3]`.
  public let images: Tensor
  /// The 0/1 masks, `[N, H, W, 1]`.
  public let truth: Tensor

  /// Joins at least one sample; all must be of one size.
  public init(_ samples: [BoxGuidedSample]) {
    require(!samples.isEmpty, "BoxGuidedBatch: no samples")
    self.samples = samples
    images = .stack(samples.map { $0.image.tensor() })
    truth = .stack(samples.map { $0.truth.tensor() })
  }

  /// The boxes that point at the objects; nil where they are lost.
  public var boxes: [Box?] { samples.map(\.box) }
}
