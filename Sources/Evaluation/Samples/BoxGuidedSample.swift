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
    guard let box else { return Mask(width: image.width, height: image.height) }
    return Mask(box, width: image.width, height: image.height)
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
    precondition(!samples.isEmpty, "BoxGuidedBatch: no samples")
    let (width, height) = (samples[0].image.width, samples[0].image.height)
    var input: [Float] = []
    var truth: [Float] = []
    input.reserveCapacity(samples.count * width * height * 4)
    truth.reserveCapacity(samples.count * width * height)
    for sample in samples {
      precondition(
        sample.image.width == width && sample.image.height == height && sample.image.channels == 3,
        "BoxGuidedBatch: \(sample.image.width)×\(sample.image.height)×\(sample.image.channels) in a batch of "
          + "\(width)×\(height)×3")
      let rgb = sample.image.pixels
      let box = sample.boxMask.values
      for pixel in 0..<width * height {
        for channel in 0..<3 { input.append(Float(rgb[3 * pixel + channel]) / 255) }
        input.append(Float(box[pixel]))
      }
      for value in sample.truth.values { truth.append(Float(value)) }
    }
    self.samples = samples
    self.input = Tensor(input, shape: [samples.count, height, width, 4])
    self.truth = Tensor(truth, shape: [samples.count, height, width, 1])
  }
}
