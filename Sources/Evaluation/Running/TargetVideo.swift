import Datasets
import Foundation
import Vision

/// A video with one target, whose box is known in some frames, and its pixels perhaps too.
public struct TargetVideo: Sendable {
  /// The sequence's name.
  public let name: String
  /// The number of frames.
  public let frameCount: Int
  /// A frame, RGB.
  public let image: @Sendable (_ frame: Int) throws -> Image
  /// The target's box and pixels in a frame; nil where it isn't seen, or nobody knows.
  public let truth: @Sendable (_ frame: Int) throws -> (box: Box?, mask: Mask?)

  /// A target of a video with masks.
  public init(_ sequence: any MaskAnnotated, object: Int) {
    (name, frameCount) = (sequence.name, sequence.frameCount)
    image = { try sequence.image($0) }
    truth = { frame in
      let mask = try sequence.mask(frame, object: object)
      return (mask?.boundingBox, mask)
    }
  }

  /// A video with boxes.
  public init(_ sequence: any BoxAnnotated) {
    (name, frameCount) = (sequence.name, sequence.frameCount)
    image = { try sequence.image($0) }
    truth = { (try sequence.region($0)?.boundingBox, nil) }
  }

  /// The first targets of a folder's videos, in any layout that there is.
  /// - Throws: `DatasetError`.
  public static func videos(in folder: URL) throws -> [TargetVideo] {
    guard let layout = try? MaskLayout(of: folder) else {
      return try BoxLayout(of: folder).open(folder).sequences.map { TargetVideo($0) }
    }
    return try layout.open(folder).sequences.compactMap { sequence in
      try sequence.objects.first.map { TargetVideo(sequence, object: $0) }
    }
  }

  /// The same video, all frames and what is known of the target in memory, for several trackers.
  public func read() throws -> TargetVideo {
    let frames = try (0..<frameCount).map { (image: try image($0), truth: try truth($0)) }
    return TargetVideo(name, frameCount, image: { frames[$0].image }, truth: { frames[$0].truth })
  }

  private init(
    _ name: String, _ frameCount: Int, image: @escaping @Sendable (Int) throws -> Image,
    truth: @escaping @Sendable (Int) throws -> (box: Box?, mask: Mask?)
  ) {
    (self.name, self.frameCount, self.image, self.truth) = (name, frameCount, image, truth)
  }

  /// Synthetic videos whose leading object has look-alikes, is hidden by what passes in front, and in every second one leaves
  /// the frame and comes back.
  public static func synthetic(seed: UInt64, count: Int, frames: Int) -> [TargetVideo] {
    SyntheticVideos(seed: seed, sequences: count, frames: frames, absences: true).sequences
      .map { TargetVideo($0, object: $0.leader) }
  }

  /// Has a tracker follow the target from the first box that is known to the end; `advance` is called before each frame.
  /// - Throws: what reading the frames, the tracker and `advance` throw; `ExperimentError.noTarget`.
  public func follow(with tracker: any Tracker, advance: () throws -> Void = {}) throws -> TargetTrack {
    var tracker = tracker
    var track: TargetTrack?
    for frame in 0..<frameCount {
      try advance()
      let truth = try truth(frame)
      guard track != nil else {
        if let box = truth.box {
          try tracker.start(try image(frame), on: .box(box))
          track = TargetTrack(start: frame, box: box)
        }
        continue
      }
      let image = try image(frame)
      let start = ContinuousClock.now
      let target = try tracker.track(image)
      track!.add(target, truth, seconds: (ContinuousClock.now - start) / .seconds(1))
    }
    guard let track else { throw ExperimentError.noTarget(sequence: name) }
    return track
  }
}

/// What a tracker told of a target, frame by frame, from the one on in which it started.
public struct TargetTrack: Sendable {
  /// The frame in which the tracker started.
  public let start: Int
  /// The target's box in each frame, the first one given.
  public private(set) var boxes: [Box]
  /// The same; nil where the tracker doesn't see the target.
  public private(set) var sightings: [Box?]
  /// The true boxes; nil where the target isn't seen, or nobody knows.
  public private(set) var truth: [Box?]
  /// How well its pixels overlap with the true ones in frames in which the target is seen, of trackers that tell them.
  public private(set) var maskOverlaps: [Double] = []
  /// How long tracking took, without reading the frames.
  public private(set) var seconds = 0.0

  init(start: Int, box: Box) {
    (self.start, boxes, sightings, truth) = (start, [box], [box], [box])
  }

  mutating func add(_ target: TrackedTarget, _ truth: (box: Box?, mask: Mask?), seconds: Double) {
    let box = target.region.boundingBox
    boxes.append(box)
    sightings.append(target.confidence > 0 ? box : nil)
    self.truth.append(truth.box)
    self.seconds += seconds
    guard truth.box != nil, let mask = truth.mask, let told = target.mask else { return }
    maskOverlaps.append(told.iou(mask))
  }

  /// How well the boxes overlap with the true ones behind the first, in frames in which the target is seen.
  public var overlaps: [Double] {
    zip(boxes, truth).dropFirst().compactMap { box, truth in truth.map(box.iou) }
  }

  /// The area under the success curve of all frames (``OnePassScore``).
  public var success: Double { OnePassScore(boxes, truth: truth).successAUC }

  /// The share of frames before the target is lost for ten running, as VOT has it from 2020 on.
  public var robustness: Double {
    let run = VOTMultiStartRun(
      boxes.map { .region(.box($0)) }, truth: truth.map { $0.map { .region(.box($0)) } ?? .unknown },
      size: nil)
    return Double(run.overlaps.count) / Double(run.frameCount)
  }
}
