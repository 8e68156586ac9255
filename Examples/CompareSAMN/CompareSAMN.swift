import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// What SAMN's tracker owes to its parts.
@main
struct CompareSAMN: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tracks by SAMN with and without its parts, from the first box, on videos with masks.",
    discussion: """
      Without --data on synthetic videos that nobody trained on. It tells the mean overlap of boxes (AO) and of masks (J) over \
      the frames in which the target is seen, and leaves study.csv under --output.
      """)

  @Argument(help: "A model of TrainSAMN, or the published weights.")
  var model: String

  @Option(help: "A folder in the layout of DAVIS, YouTube-VOS, YouTube-VIS or SegTrack.")
  var data: String?

  @Option(help: "Sequences of it, separated by commas; all unless given.")
  var sequences: String?

  @Option(help: "How many synthetic videos.")
  var videos = 10

  @Option(help: "How many frames a synthetic video has.")
  var frames = 24

  @Option(help: "Where the results go.")
  var output = "runs/samn-study"

  func validate() throws {
    guard 1...10_000 ~= videos else { throw ValidationError("--videos is \(videos); it must be 1 to 10000.") }
    guard 2...10_000 ~= frames else { throw ValidationError("--frames is \(frames); it must be 2 to 10000.") }
    if sequences != nil && data == nil { throw ValidationError("--sequences are of --data.") }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted; nothing was written")
    let network = try SAMN(contentsOf: URL(filePath: model))
    let folder = try OutputFolder(URL(filePath: output))
    let targets = try targets()
    var lines = ["variant,AO,J"]
    Program.report("mean of \(targets.count) videos    AO     J")
    for variant in Variant.allCases {
      let tracker = SAMNTracker(network, options: variant.options)
      let scores = try targets.map { try $0.score(tracker) }
      let (overlap, masks) = (scores.map(\.boxes).mean, scores.map(\.masks).mean)
      let title = variant.rawValue.padding(toLength: 24, withPad: " ", startingAt: 0)
      Program.report(title + String(format: "%.3f  %.3f", overlap, masks))
      lines.append("\(variant.rawValue)," + String(format: "%.4f,%.4f", overlap, masks))
    }
    let file = folder.file("study.csv")
    do throws(WholeFile.Failure) {
      try WholeFile.write(lines.joined(separator: "\n") + "\n", to: file)
    } catch {
      throw DatasetError.inaccessible(path: file.path, reason: "cannot be written: \(error.reason)")
    }
  }

  private func targets() throws -> [FollowedTarget] {
    guard let data else {
      return SyntheticVideos(seed: 2021, sequences: videos, frames: frames).sequences.map {
        FollowedTarget(sequence: $0, object: $0.leader)
      }
    }
    let dataset = try MaskLayout(of: URL(filePath: data)).open(URL(filePath: data))
    let names = sequences?.split(separator: ",").map(String.init) ?? dataset.names
    return try names.compactMap { name in
      let sequence = try dataset.sequence(name)
      return try sequence.objects.first.map { FollowedTarget(sequence: sequence, object: $0) }
    }
  }
}

/// The tracker, and what may be left out of it.
enum Variant: String, CaseIterable {
  case whole
  case withoutSpatialMemory = "without spatial memory"
  case firstFrameAlone = "first frame alone"
  case withoutFilter = "without filter"
  case withoutSegmentedBox = "without segmented box"
  case led = "led by masks"

  var options: SAMNTracker.Options {
    var options = SAMNTracker.Options()
    switch self {
    case .whole: break
    case .withoutSpatialMemory: options.locates = false
    case .firstFrameAlone: options.remembers = false
    case .withoutFilter: options.filters = false
    case .withoutSegmentedBox: options.segmentsBox = false
    case .led: options.followsMasks = true
    }
    return options
  }
}

/// A target that is followed from where it is first seen.
struct FollowedTarget {
  let sequence: any MaskAnnotated
  let object: Int

  /// The mean overlaps of its boxes and masks.
  func score(_ tracker: SAMNTracker) throws -> (boxes: Double, masks: Double) {
    var tracker = tracker, isStarted = false
    var boxes: [Double] = [], masks: [Double] = []
    for frame in 0..<sequence.frameCount {
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
}
