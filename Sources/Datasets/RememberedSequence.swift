import Vision

/// A sequence whose frames and annotations are kept in memory once they were asked for: for data that are drawn or decoded
/// at length, and seen often.
public struct RememberedSequence: MaskAnnotated {
  /// The sequence's name.
  public var name: String { sequence.name }
  /// The number of frames.
  public var frameCount: Int { sequence.frameCount }
  /// The frames that are annotated.
  public var annotatedFrames: [Int] { sequence.annotatedFrames }
  /// The ids of the objects.
  public let objects: [Int]

  let sequence: any MaskAnnotated
  private let images: [ReadOnce<Image>]
  private let annotations: [ReadOnce<IndexedImage?>]

  /// Remembers a sequence.
  /// - Throws: what reading its objects throws.
  public init(_ sequence: any MaskAnnotated) throws {
    self.sequence = sequence
    objects = try sequence.objects
    images = (0..<sequence.frameCount).map { _ in ReadOnce() }
    annotations = images.map { _ in ReadOnce() }
  }

  /// A frame, RGB.
  public func image(_ frame: Int) throws -> Image {
    let image = images[frame]
    return try image { try sequence.image(frame) }
  }

  /// The size of a frame.
  public func size(_ frame: Int) throws -> (height: Int, width: Int) { try sequence.size(frame) }

  /// The objects' pixels in a frame; nil where it is not annotated.
  public func masks(_ frame: Int) throws -> IndexedImage? {
    let annotation = annotations[frame]
    return try annotation { try sequence.masks(frame) }
  }
}
