import Foundation
import Tensor
import Vision

/// Short videos drawn on demand, to train and test on without any file: textured objects that move, deform
/// and occlude one another over moving textured backgrounds, with look-alikes near by, things passing in
/// front, drifting light and noise.
///
/// A frame depends on the seed, the sequence and the frame alone. Every moving object is annotated.
public struct SyntheticVideos: VideoDataset {
  /// The sequences; their names are `synthetic-000`, `synthetic-001`, ….
  public let sequences: [SyntheticSequence]
  /// The sequences' names.
  public var names: [String] { sequences.map(\.name) }

  /// Makes `sequences` videos of `frames` frames of `width` × `height` pixels. With `absences` the leading object of every
  /// second one leaves the frame for a while and comes back.
  public init(
    seed: UInt64, sequences: Int, frames: Int = 24, height: Int = 144, width: Int = 256,
    absences: Bool = false
  ) {
    require(
      sequences >= 0 && frames > 0 && width > 0 && height > 0,
      "SyntheticVideos: \(sequences) sequences of \(frames) frames of \(height)×\(width)")
    let generator = SeededGenerator(seed: seed)
    self.sequences = (0..<sequences).map { index in
      SyntheticSequence(
        index: index, frameCount: frames, height: height, width: width,
        leaderLeaves: absences && index % 2 == 1, generator: generator.fork(index))
    }
  }

  /// The sequence of a name.
  /// - Throws: `DatasetError.unknownSequence`.
  public func sequence(_ name: String) throws(DatasetError) -> SyntheticSequence {
    guard let sequence = sequences.first(where: { $0.name == name }) else {
      throw .unknownSequence(name, known: names)
    }
    return sequence
  }
}

/// One synthetic video.
public struct SyntheticSequence: MaskAnnotated {
  /// `synthetic-` and the sequence's number.
  public let name: String
  /// The number of frames.
  public let frameCount: Int
  /// The objects' ids, from 1.
  public let objects: [Int]
  /// The object that has look-alikes, and that whatever passes in front crosses.
  public var leader: Int { Int(scene.leader) }
  /// The width of the frames, in pixels.
  public let width: Int
  /// The height of the frames, in pixels.
  public let height: Int
  private let scene: Scene
  private let generator: SeededGenerator

  fileprivate init(
    index: Int, frameCount: Int, height: Int, width: Int, leaderLeaves: Bool, generator: SeededGenerator
  ) {
    var generator = generator
    let digits = String(index)
    name = "synthetic-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    self.frameCount = frameCount
    self.width = width
    self.height = height
    scene = Scene(
      aspect: Float(width) / Float(height), leaderLeaves: leaderLeaves, using: &generator)
    objects = Array(1...scene.objectCount)
    self.generator = generator
  }

  /// The frame, drawn on demand.
  public func image(_ frame: Int) -> Image {
    var noise = generator.fork(frame)
    let colours = renderer(frame).colours(using: &noise)
    return Image(height: height, width: width, channels: 3, pixels: colours)
  }

  /// The size of every frame.
  public func size(_ frame: Int) -> (height: Int, width: Int) { (height, width) }

  /// The objects' visible pixels, drawn on demand.
  public func masks(_ frame: Int) -> IndexedImage? {
    IndexedImage(height: height, width: width, indices: renderer(frame).labels())
  }

  /// An object's visible pixels, drawn on demand.
  public func mask(_ frame: Int, object: Int) -> Mask { Mask(masks(frame)!, label: UInt8(object)) }

  /// How many pixels an object would cover if nothing hid it and the frame did not end.
  public func wholeArea(_ frame: Int, object: Int) -> Int { renderer(frame).wholeArea(of: UInt8(object)) }

  /// Where what frame `frame` shows is in frame `other`, which may lie before it or after.
  public func flow(from frame: Int, to other: Int) -> TrueFlow {
    renderer(frame).flow(to: renderer(other))
  }

  private func renderer(_ frame: Int) -> SceneRenderer {
    SceneRenderer(
      scene: scene, height: height, width: width, time: Float(frame) / Float(max(frameCount - 1, 1)))
  }
}
