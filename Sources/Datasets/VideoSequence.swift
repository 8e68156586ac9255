import Vision

/// An annotated video: what training and evaluation read, wherever it comes from.
public protocol VideoSequence: Sendable {
  /// The sequence's name, unique in its data set.
  var name: String { get }
  /// The width of every frame and mask, in pixels.
  var width: Int { get }
  /// The height of every frame and mask, in pixels.
  var height: Int { get }
  /// The number of frames.
  var frameCount: Int { get }
  /// The ids of the annotated objects, ascending.
  var objects: [Int] { get }
  /// A frame's colours, RGB.
  func image(_ frame: Int) throws -> Image
  /// The pixels where an object is seen in a frame; none where it is hidden.
  func mask(_ frame: Int, object: Int) throws -> Mask
}

extension SyntheticSequence: VideoSequence {
  /// The frame, drawn on demand.
  public func image(_ frame: Int) -> Image {
    Image(height: height, width: width, channels: 3, pixels: rgb(frame))
  }

  /// The object's visible pixels, drawn on demand.
  public func mask(_ frame: Int, object: Int) -> Mask {
    Mask(IndexedImage(height: height, width: width, indices: labels(frame)), label: UInt8(object))
  }
}
