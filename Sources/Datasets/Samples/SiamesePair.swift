import Tensor
import Vision

/// A target in one frame, and the part of another frame in which it is to be found.
public struct SiamesePair: Sendable {
  /// The target with its surroundings, RGB.
  public var exemplar: Image
  /// The target's box in the exemplar.
  public var exemplarBox: Box
  /// Where it is to be found, RGB.
  public var search: Image
  /// The target's box in the search image.
  public var target: Box
  /// Where a tracker might have seen it in the frame before, in the search image's pixels.
  public var guide: Box
}

/// How the pairs differ from what the frames show.
public struct SiameseAugmentation: Sendable, Hashable {
  /// How far the search image's middle may be from the target's, in parts of its side, to each side.
  public var translation = 0.3
  /// The range of the search image's size, in parts of the usual one.
  public var scale = 0.75..<1.25
  /// The share of pairs without colours.
  public var greyShare = 0.2
  /// The share of images that the camera blurs by moving, and how far, in parts of their side.
  public var blurShare = 0.2, blurLength = 0.05
  /// The share of pairs that are mirrored.
  public var flipShare = 0.0
  /// How far each image's brightness, contrast and saturation may be from the frame's, in parts of it.
  public var colorChange = 0.0
  /// The share of search images with semantic distractors, and how many there are at most.
  public var distractorShare = 0.5, distractorCount = 2
  /// The standard deviation of the guide's error: of its place in parts of the target's size, and of its size's logarithm.
  public var guideError = 0.25

  /// That of the report and its code; what they do not give (the shares of blur and distractors) is ours.
  public init() {}
}
