import ArgumentParser
import Datasets
import Distributed
import Foundation
import NN
import SFModels
import Tensor
import TrainingOptions
import Vision

/// Trains SFTrack++: from the boxes of several trackers to one mask and one better box, in three phases.
struct TrainPhase: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains SFTrack++ in three phases, each from where the one before ended.",
    discussion: """
      1: feat2seg, from a frame and a tracker's box to the object's mask. 2: all trackers' masks together, mixed and \
      segmented in space and time, to one mask. 3: from that mask to the box, through the whole chain. \
      Without --data it trains on an embedded synthetic data set, without --boxes on simulated trackers. Under --output it leaves \
      model.safetensors, last.safetensors (to resume from), log.csv, curves.png, samples.png, a file for TensorBoard and, \
      after phases 2 and 3, a table of what each tracker and their ensembles are worth. Ctrl-C saves and ends with 130. \
      Started by mpirun, several processes share each batch.
      """)

  @Option(help: "Which phase: 1, 2 or 3.")
  var phase: Phase

  @Option(
    parsing: .singleValue,
    help:
      "A folder in the layout of DAVIS, YouTube-VOS, YouTube-VIS or SegTrack, or the word synthetic; may be given several times, and each gives as many windows."
  )
  var data: [String] = ["synthetic"]

  @Option(
    help:
      "A folder of trackers' boxes on --data, TRACKER/SEQUENCE.txt, one x,y,w,h a line; simulated unless given."
  )
  var boxes: String?

  @Option(help: "Where the results go; runs/sftrack/phase1, … unless given.")
  var output: String?

  @Option(
    help: "The model that the phase before left; runs/sftrack/phase1/model.safetensors, … unless given.")
  var from: String?

  @Option(help: "The networks' size.")
  var preset = SFTrack.Preset.small

  @Option(help: "How often the network is judged and saved.")
  var epochs = 6

  @Option(help: "The windows of an epoch; 1600 in phase 1 and 400 later unless given.")
  var windows: Int?

  @Option(help: "Windows a step.")
  var batch = 8

  @Option(help: "The learning rate to start with.")
  var learningRate = 0.001

  @Option(help: "What the networks compute in; bfloat16 takes less memory, and less time where CPUs know it.")
  var precision = Precision.float32

  @OptionGroup var options: TrainingOptions

  func validate() throws {
    try TrainingOptions.check(epochs: epochs, batch: batch, learningRate: learningRate)
    guard windows.map({ $0 > 0 }) ?? true else {
      throw ValidationError("--windows is \(windows!); it must be at least 1.")
    }
    if boxes != nil && data.contains("synthetic") {
      throw ValidationError("--boxes are those of trackers on --data")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted before anything was trained")
    let world = try Communicator.world
    let data = try WindowData(
      self.data, boxes: boxes.map { URL(filePath: $0) },
      heldOut: options.heldOut, length: phase == .first ? 1 : 3, batch: batch,
      windowsPerEpoch: windows ?? (phase == .first ? 1600 : 400), seed: options.seed)

    Tensor.randomState = options.seed
    let network = SFTrack(preset, trackers: data.trackerCount)
    let start = from ?? phase.previous.map { "runs/sftrack/phase\($0)/model.safetensors" }
    if let start { try network.load(from: URL(filePath: start)) }
    // What a phase before trained keeps the statistics of its norms.
    if phase == .third {
      for network in [network.feat2seg, network.refinement, network.seg2box] as [any Module] {
        network.freezeStatistics()
      }
    }
    let trained: [Parameter] =
      switch phase {
      case .first: network.feat2seg.parameters + network.seg2box.parameters
      case .second, .third: network.parameters
      }
    let optimizer = AdamW(trained, learningRate: learningRate, weightDecay: 1e-4)
    let scheduler = ReduceLROnPlateau(optimizer, factor: 0.4, patience: 1, threshold: 0.02, minimum: 1e-5)
    var run = try TrainingRun(
      in: world, folder: URL(filePath: output ?? "runs/sftrack/phase\(phase.rawValue)"), network, optimizer,
      scheduler,
      identity: [
        "phase": "\(phase.rawValue)", "preset": preset.rawValue, "batch": "\(batch)",
        "seed": "\(options.seed)",
        "learning-rate": "\(learningRate)", "precision": precision.rawValue,
        "data": data.source,
        "validate": data.heldOut.joined(separator: ","),
        "boxes": boxes.map(Program.absolutePath) ?? "simulated",
        "from": start.map(Program.absolutePath) ?? "nothing",
      ], best: .maximum(phase.score), synchronizingNorms: true,
      metadata: ["preset": preset.rawValue, "trackers": "\(data.trackerCount)"])
    if let resume = options.resume { try run.resume(from: URL(filePath: resume)) }
    Program.report(
      "SFTrack++ \(preset.rawValue), phase \(phase.rawValue): \(trained.reduce(0) { $0 + $1.shape.elementCount }) of "
        + "\(network.parameterCount) parameters, \(data.description)")

    let task = PhaseTask(phase: phase, network: network, dtype: precision.dtype)
    try run.train(epochs: epochs, on: data.training) { batch in
      task.loss(batch)
    } validate: { _ in
      try task.score(data)
    } pictures: { log in
      try task.pictures(log, data)
    }
    guard phase != .first, !Program.isInterrupted else { return }
    try run.loadBest()
    guard world.rank == 0 else { return }
    let table = try Comparison(of: network, on: data)
    Program.report(table.text)
  }
}

/// A phase of the training.
enum Phase: Int, ExpressibleByArgument, CaseIterable {
  case first = 1
  case second, third

  /// The phase it starts from.
  var previous: Int? { self == .first ? nil : rawValue - 1 }

  /// What says that a network is better.
  var score: String { self == .third ? "val_ao" : "val_j" }
}
