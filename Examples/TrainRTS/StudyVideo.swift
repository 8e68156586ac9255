import Datasets
import Foundation
import Vision

/// A video with one target, whose box is known in some frames, and its pixels perhaps too.
struct StudyVideo {
  let name: String
  let frameCount: Int
  let image: (Int) throws -> Image
  let truth: (Int) throws -> (box: Box?, mask: Mask?)

  /// A target of a video with masks.
  init(_ sequence: any MaskAnnotated, object: Int) {
    (name, frameCount) = (sequence.name, sequence.frameCount)
    image = { try sequence.image($0) }
    truth = { frame in
      let mask = try sequence.mask(frame, object: object)
      return (mask?.boundingBox, mask)
    }
  }

  /// A video with boxes.
  init(_ sequence: any BoxAnnotated) {
    (name, frameCount) = (sequence.name, sequence.frameCount)
    image = { try sequence.image($0) }
    truth = { (try sequence.region($0)?.boundingBox, nil) }
  }

  /// The first targets of a folder's videos.
  static func videos(in folder: URL) throws -> [StudyVideo] {
    guard let layout = try? MaskLayout(of: folder) else {
      return try BoxLayout(of: folder).open(folder).sequences.map { StudyVideo($0) }
    }
    return try layout.open(folder).sequences.compactMap { sequence in
      try sequence.objects.first.map { StudyVideo(sequence, object: $0) }
    }
  }

  /// Synthetic videos whose leading object has look-alikes, is hidden by what passes in front, and in every second one leaves
  /// the frame and comes back.
  static func synthetic(seed: UInt64, count: Int, frames: Int) -> [StudyVideo] {
    SyntheticVideos(seed: seed, sequences: count, frames: frames, absences: true).sequences
      .map { StudyVideo($0, object: $0.leader) }
  }

  /// What a tracker answers, frame by frame, started on the first box that is known.
  func overlaps(of tracker: any Tracker, _ progress: () throws -> Void) throws -> (
    boxes: [Double], masks: [Double]
  ) {
    var (boxes, masks) = ([Double](), [Double]())
    var tracker = tracker
    var isStarted = false
    for frame in 0..<frameCount {
      try progress()
      let (box, mask) = try truth(frame)
      let image = try image(frame)
      guard isStarted else {
        if let box {
          try tracker.start(image, on: .box(box))
          isStarted = true
        }
        continue
      }
      let target = try tracker.track(image)
      guard let box else { continue }
      boxes.append(target.region.boundingBox.iou(box))
      if let mask, let told = target.mask { masks.append(told.iou(mask)) }
    }
    return (boxes, masks)
  }
}
