import Vision

/// One target of a video, or of a still image, whether boxes or masks tell where it is.
public struct AnnotatedTarget: Sendable {
  /// The sequence's name, and the object's number where there are several.
  public let name: String
  /// The sequence.
  public var sequence: String { video.name }
  /// The frames that are annotated, ascending.
  public let frames: [Int]
  /// What it is, where the data set says so.
  public let category: String?
  /// Whether its pixels are known.
  public var hasMasks: Bool { object != nil }

  private let video: any AnnotatedSequence
  private let object: Int?

  /// The target of a sequence.
  public init(_ sequence: any BoxAnnotated) {
    (name, frames, video, object, category) = (sequence.name, sequence.annotatedFrames, sequence, nil, nil)
  }

  /// An object of a sequence.
  public init(_ sequence: any MaskAnnotated, object: Int) {
    (name, frames, video) = ("\(sequence.name)/\(object)", sequence.annotatedFrames, sequence)
    self.object = object
    let source = (sequence as? RememberedSequence)?.sequence ?? sequence
    let category = (source as? InstanceSequence)?.categories[object]
    self.category = category?.isEmpty == true ? nil : category
  }

  /// The objects of some sequences, one by one.
  /// - Throws: what reading the objects throws.
  public static func objects(of sequences: [any MaskAnnotated]) throws -> [AnnotatedTarget] {
    try sequences.flatMap { sequence in
      try sequence.objects.map { AnnotatedTarget(sequence, object: $0) }
    }
  }

  /// A frame, RGB.
  public func image(_ frame: Int) throws -> Image { try video.image(frame) }

  /// The target's pixels in a frame; nil where none is seen, or only boxes are known.
  public func mask(_ frame: Int) throws -> Mask? {
    guard let object, let mask = try (video as? any MaskAnnotated)?.mask(frame, object: object) else {
      return nil
    }
    return mask.boundingBox == nil ? nil : mask
  }

  /// The target's box in a frame; nil where there is none that could be followed: one that is finite, covers something, lies
  /// in the frame at least in part, and is no more than four times as wide and high.
  public func box(_ frame: Int) throws -> Box? {
    let box =
      object != nil
      ? try mask(frame)?.boundingBox : try (video as? any BoxAnnotated)?.region(frame)?.boundingBox
    guard let box, [box.x, box.y, box.width, box.height].allSatisfy(\.isFinite), !box.isEmpty else {
      return nil
    }
    let size = try video.size(frame)
    guard !box.clipped(height: size.height, width: size.width).isEmpty,
      box.width <= 4 * Double(size.width), box.height <= 4 * Double(size.height)
    else { return nil }
    return box
  }
}
