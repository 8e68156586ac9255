import Datasets
import Evaluation
import Foundation
import Vision

/// How well a target was followed through a video, and how fast.
struct VideoScore {
  /// The mean overlap with the true box over the frames behind the first in which the target is seen.
  let overlap: Double
  /// The area under the success curve over all frames.
  let success: Double
  /// Without drawing the frames.
  let framesPerSecond: Double
}

/// A synthetic video, drawn once, with the box of its leading object in each frame.
struct HeldOutVideo {
  let frames: [Image]
  let truth: [Box?]
  /// Frames for pictures.
  let shown: [Int]
  private let first: Int

  init(_ sequence: SyntheticSequence) {
    frames = (0..<sequence.frameCount).map { sequence.image($0) }
    truth = frames.indices.map { sequence.mask($0, object: sequence.leader).boundingBox }
    first = truth.firstIndex { $0 != nil }!
    let last = frames.count - 1
    shown = (1...4).map { $0 * last / 4 }
  }

  /// Follows the target from where it is first seen.
  func track(_ tracker: any Tracker) throws -> (boxes: [Box], score: VideoScore) {
    var tracker = tracker
    var boxes = [Box](repeating: truth[first]!, count: first + 1)
    try tracker.start(frames[first], on: .box(truth[first]!))
    let start = ContinuousClock.now
    for frame in frames.dropFirst(first + 1) { boxes.append(try tracker.track(frame).region.boundingBox) }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let overlaps = (first + 1..<frames.count).compactMap { frame in truth[frame]?.iou(boxes[frame]) }
    return (
      boxes,
      VideoScore(
        overlap: overlaps.mean, success: OnePassScore(boxes, truth: truth).successAUC,
        framesPerSecond: Double(frames.count - first - 1) / max(seconds, 1e-9))
    )
  }
}
