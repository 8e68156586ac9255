import ArgumentParser
import Datasets
import Foundation
import NN
import SFModels
import Vision

/// Tracks a target through a video, from its box in the first frame.
@main
struct TrackVideo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tracks a target through a video, from its box in the first frame.",
    discussion: """
      Under --output it leaves boxes.txt, one x,y,width,height a line in pixels from the top-left corner; overlays.jpg, \
      frames spread over the video with the target on them; overlays.mp4, all of them, where ffmpeg is installed; and of \
      trackers that tell the target's pixels masks/FRAME.png, from the second frame on. \
      Ctrl-C keeps what was tracked and ends with 130.
      """)

  @Option(help: "A video, or a folder of frames, JPEG or PNG.")
  var video: String

  @Option(
    help:
      "The target in the first frame: x,y,width,height in pixels from the top-left corner. With --trackers their first box, unless given."
  )
  var box: BoxArgument?

  @Option(
    help:
      "Which tracker; unless given ensemble, all those that need no weights together, or with NanoTrack's weights nanotrack. With all each follows the target for itself, and then they are asked together."
  )
  var tracker: TrackerChoice?

  @Option(
    help:
      "Result files of trackers, separated by commas, x,y,width,height a line: instead of --tracker, what they agree on."
  )
  var trackers: String?

  @Option(
    help:
      "The weights of a tracker that has some, a file of PyTorch's or safetensors; with --trackers or the ensemble a model of TrainSFTrack, which tells the target's pixels."
  )
  var model: String?

  @Option(
    help:
      "With --tracker all a folder of weights, TRACKER.safetensors or .pth each; trackers that need some and have none there are left out."
  )
  var models: String?

  @Flag(help: "The model's networks go on learning the target while it is tracked (SFTrack++, Fig. 1).")
  var fineTune = false

  @Option(help: "Where the results go.")
  var output: String

  func validate() throws {
    if fineTune, model == nil || trackers == nil && tracker.map({ $0 != .one(.ensemble) }) ?? false {
      throw ValidationError("--fine-tune goes with a --model of TrainSFTrack")
    }
    if trackers != nil { return }
    guard box != nil else {
      throw ValidationError("--box or --trackers must say where the target is in the first frame")
    }
    if models != nil && tracker != .all { throw ValidationError("--models goes with --tracker all") }
    if tracker == .all && model != nil {
      throw ValidationError("--tracker all has no --model; the weights of each are in --models")
    }
    if case .one(let name) = tracker, let objection = name.objection(toModel: model) {
      throw ValidationError(objection)
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted before anything was tracked")
    let video = try Video(contentsOf: URL(filePath: video))
    let output = try OutputFolder(URL(filePath: output))
    var (tracker, start) = try start(video, output)
    try Program.deferringInterrupts {
      let film =
        FFmpeg.isInstalled
        ? try VideoWriter(to: output.file("overlays.mp4"), frameRate: video.frameRate) : nil
      let run = try TrackedVideo(video, start, &tracker, film: film, masks: output.file("masks"))
      guard !run.boxes.isEmpty else { return }
      try BoxFile(boxes: run.boxes).write(to: output.file("boxes.txt"))
      if ImageFormat.jpeg.isBuiltIn {
        try Image.grid(run.pictures, columns: 4).write(to: output.file("overlays.jpg"))
      }
      try film?.finish()
      let speed = Double(run.boxes.count - 1) / max(run.seconds, 1e-9)
      Program.sayIfInterrupted("interrupted after \(run.boxes.count) frames; results in \(output.url.path)")
      if !Program.isInterrupted {
        Program.report(
          String(format: "%d frames, %.0f a second; results in %@", run.boxes.count, speed, output.url.path))
      }
      if let failure = run.failure { throw failure }
    }
  }

  /// The tracker, and the box it starts on.
  private func start(_ video: Video, _ output: OutputFolder) throws -> (any Tracker, Box) {
    let model = model.map { URL(filePath: $0) }
    guard let trackers else {
      if tracker == .all {
        let all = try AllTrackers(
          video, box!.box, models: models.map { URL(filePath: $0) }, output: output)
        return (all.together, box!.box)
      }
      let isNanoTrack = model.map { SFTrack.preset(of: $0) == nil } ?? false
      var name = isNanoTrack ? TrackerName.nanotrack : .ensemble
      if case .one(let one) = tracker { name = one }
      let tracker =
        name == .ensemble
        ? try SFTracker.classical(model: model, fineTunes: fineTune) : try name.make(model: model)
      return (tracker, box!.box)
    }
    let recorded = try TrackerFiles(trackers.split(separator: ",").map { URL(filePath: String($0)) })
    let network = try model.map { try SFTrack(contentsOf: $0, trackers: recorded.trackers.count) }
    return (
      SFTracker(recorded.trackers, network: network, fineTunes: fineTune), try box?.box ?? recorded.firstBox()
    )
  }
}

/// A box on the command line.
struct BoxArgument: ExpressibleByArgument {
  let box: Box

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard numbers.count == 4, let x = numbers[0], let y = numbers[1], let width = numbers[2],
      let height = numbers[3], [x, y, width, height].allSatisfy({ $0.isFinite && abs($0) < 1e6 }), width > 0,
      height > 0
    else { return nil }
    box = Box(x: x, y: y, width: width, height: height)
  }
}
