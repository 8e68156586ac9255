import Vision

/// A video, wherever its frames come from. Frames are read when they are asked for; they need not all be of one size.
public protocol VideoSequence: Sendable {
  /// The sequence's name, unique in its data set.
  var name: String { get }
  /// The number of frames.
  var frameCount: Int { get }
  /// A frame's colours, RGB.
  func image(_ frame: Int) throws -> Image
  /// A frame's height and width, in pixels.
  func size(_ frame: Int) throws -> (height: Int, width: Int)
}

extension VideoSequence {
  /// The size of the frame's image.
  public func size(_ frame: Int) throws -> (height: Int, width: Int) {
    let image = try image(frame)
    return (image.height, image.width)
  }
}

/// A video of which some frames, or all, are annotated.
public protocol AnnotatedSequence: VideoSequence {
  /// The frames that are annotated, ascending; all of them unless a data set says otherwise.
  var annotatedFrames: [Int] { get }
}

extension AnnotatedSequence {
  /// All frames.
  public var annotatedFrames: [Int] { Array(0..<frameCount) }
}

/// A video with the pixels of its objects.
public protocol MaskAnnotated: AnnotatedSequence {
  /// The ids of the objects seen in any frame, ascending.
  var objects: [Int] { get throws }
  /// The objects' pixels in a frame: their ids, and 0 elsewhere. Nil where the frame is not annotated.
  func masks(_ frame: Int) throws -> IndexedImage?
}

extension MaskAnnotated {
  /// The ids seen in the annotated frames, which are read for it.
  public var objects: [Int] {
    get throws {
      let seen = try annotatedFrames.reduce(into: Set<Int>()) { $0.formUnion(try masks($1)?.objects ?? []) }
      return seen.sorted()
    }
  }

  /// The pixels where an object is seen in a frame, none where it is hidden. Nil where the frame is not annotated.
  public func mask(_ frame: Int, object: Int) throws -> Mask? {
    try masks(frame).map { Mask($0, label: UInt8(object)) }
  }
}

/// A video with the place of one target.
public protocol BoxAnnotated: AnnotatedSequence {
  /// Where the target is in a frame. Nil in an annotated frame: it is absent, nothing of it is seen; nil in another
  /// frame: nobody knows.
  func region(_ frame: Int) throws -> Region?
}

/// Sequences of one layout on disk, or of one generator. They are listed by name, and each is opened when it is asked for:
/// one that is damaged is in nobody else's way.
public protocol VideoDataset<Video>: Sendable {
  /// What its sequences are annotated with.
  associatedtype Video: VideoSequence
  /// The sequences' names, in order.
  var names: [String] { get }
  /// Opens the sequence of a name.
  /// - Throws: `DatasetError`; `unknownSequence` where there is none.
  func sequence(_ name: String) throws -> Video
  /// All sequences, in order.
  /// - Throws: what opening the first damaged one throws.
  var sequences: [Video] { get throws }
}

extension VideoDataset {
  /// All sequences, in order, opened one by one.
  /// - Throws: what opening the first damaged one throws.
  public var sequences: [Video] { get throws { try names.map(sequence) } }
}

extension Video: VideoSequence {}
