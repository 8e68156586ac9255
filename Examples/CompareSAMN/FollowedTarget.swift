import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// A target that is followed from where it is first seen, marked as VOT does: by the rotated box that fits its pixels.
struct FollowedTarget: BoxAnnotated {
  let sequence: any MaskAnnotated
  let object: Int

  var name: String { sequence.name }
  var frameCount: Int { sequence.frameCount }
  var annotatedFrames: [Int] { sequence.annotatedFrames }
  func image(_ frame: Int) throws -> Image { try sequence.image(frame) }
  func size(_ frame: Int) throws -> (height: Int, width: Int) { try sequence.size(frame) }

  func region(_ frame: Int) throws -> Region? {
    try sequence.mask(frame, object: object).flatMap { RotatedBox(fitting: $0) }.map { .rotatedBox($0) }
  }

  /// The mean overlaps of a tracker's boxes and masks, started once.
  func score(_ tracker: SAMNTracker) throws -> (boxes: Double, masks: Double) {
    var tracker = tracker, isStarted = false
    var boxes: [Double] = [], masks: [Double] = []
    for frame in 0..<frameCount {
      try Program.checkInterruption()
      let truth = try sequence.mask(frame, object: object)
      let box = truth?.boundingBox
      if !isStarted {
        guard let box else { continue }
        tracker.start(try sequence.image(frame), on: .box(box))
        isStarted = true
        continue
      }
      let target = tracker.track(try sequence.image(frame))
      guard let truth, let box else { continue }
      boxes.append(target.region.boundingBox.iou(box))
      masks.append(target.mask.map { $0.iou(truth) } ?? 0)
    }
    return (boxes.mean, masks.mean)
  }

  /// A tracker's run by VOT's reset protocol, whose files go to a folder.
  func resetRun(_ tracker: SAMNTracker, into folder: URL) throws -> VOTResetRun {
    let experiment = VOTResetExperiment()
    try experiment.run({ tracker }, on: self, into: folder) { _ in try Program.checkInterruption() }
    let entries = try VOTTrajectory(contentsOf: folder.appending(path: experiment.files(of: self).last!))
      .entries
    let truth = try (0..<entries.count).map { try region($0).map(VOTRegion.region) ?? .unknown }
    return VOTResetRun(entries, truth: truth, size: try size(0))
  }
}
