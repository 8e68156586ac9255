import ArgumentParser
import Distributed
import Foundation
import NN

/// Learns SFSeg++ over the masks of many methods, and compares it with what else combines them.
@main
struct TrainSpectral: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learns SFSeg++ over many channels, and makes Tables 4 to 7 and Fig. 9 of its paper.",
    discussion: """
      Without --data and --channels it studies fifteen simulated methods on synthetic videos. Under --output it leaves \
      model.safetensors, table4.csv to table7.csv and tables.txt, weights.csv and weights.png (Fig. 9), curves.png and \
      samples.png, and under learned/ the run of each network. Ctrl-C saves and ends, with exit status 130; --resume goes on. \
      Started by mpirun, several processes share each batch.
      """)

  @Option(help: "A folder in the layout of DAVIS, SegTrack v2 or another whose frames all have masks.")
  var data: String?

  @Option(help: "A folder of methods' masks for it: METHOD/SEQUENCE/*.png.")
  var channels: String?

  @Option(
    name: .customLong("validate"),
    help: "Sequences to report on, separated by commas; the last two fifths unless given.")
  var heldOut: String?

  @Option(help: "Where the results go.")
  var output = "runs/spectral"

  @Option(help: "The most epochs to learn for.")
  var epochs = 30

  @Option(help: "The windows of frames in an epoch.")
  var windows = 96

  @Option(help: "The most videos to learn from; all unless given.")
  var training: Int?

  @Option(help: "The frames' longest side; 96 for the synthetic videos, 240 for a folder, unless given.")
  var longestSide: Int?

  @Option(help: "The number of synthetic videos.")
  var sequences = 50

  @Option(help: "The frames of a synthetic video.")
  var frames = 20

  @Option(help: "What weights, order, noise and synthetic videos are drawn from.")
  var seed: UInt64 = 2016

  @Flag(help: "Goes on where an interrupted study of the same options left off.")
  var resume = false

  func validate() throws {
    guard (data == nil) == (channels == nil) else {
      throw ValidationError("--data and --channels go together: frames with their truth, and methods' masks.")
    }
    guard heldOut == nil || data != nil else {
      throw ValidationError("--validate names sequences of --data.")
    }
    if let heldOut, heldOut.split(separator: ",").isEmpty {
      throw ValidationError("--validate names no sequence.")
    }
    guard epochs > 0 else { throw ValidationError("--epochs is \(epochs); it must be at least 1.") }
    guard 1...1_000_000 ~= windows else {
      throw ValidationError("--windows is \(windows); it must be 1 to 1000000.")
    }
    guard training ?? 1 > 0 else {
      throw ValidationError("--training is \(training!); it must be at least 1.")
    }
    guard 32...4096 ~= longestSide ?? 32 else {
      throw ValidationError("--longest-side is \(longestSide!); it must be 32 to 4096.")
    }
    guard 3...10_000 ~= sequences else {
      throw ValidationError("--sequences is \(sequences); it must be 3 to 10000.")
    }
    guard 3...10_000 ~= frames else {
      throw ValidationError("--frames is \(frames); it must be 3 to 10000.")
    }
  }

  func run() throws {
    Program.prepare(
      ifInterrupted:
        "interrupted: what was done so far is in \(output); go on with --resume and the same options")
    let world = try Communicator.world
    var data = try makeData()
    if let training { data.limitTraining(to: training) }
    var study = try Study(
      data: data,
      schedule: Learning.Schedule(
        epochs: epochs, windows: windows, seed: seed, identity: identity, resumes: resume, world: world),
      output: URL(filePath: output))
    try study.run()
  }

  private var identity: [String: String] {
    func path(_ folder: String?) -> String {
      folder.map { URL(filePath: $0).standardizedFileURL.path } ?? "synthetic"
    }
    return [
      "data": path(data), "channels": path(channels), "validate": heldOut ?? "default",
      "windows": "\(windows)",
      "training": training.map(String.init) ?? "all",
      "longest-side": longestSide.map(String.init) ?? "default",
      "sequences": "\(sequences)", "frames": "\(frames)", "seed": "\(seed)",
    ]
  }

  private func makeData() throws -> ChannelData {
    guard let data, let channels else {
      return try .synthetic(sequences: sequences, frames: frames, longestSide: longestSide ?? 96, seed: seed)
    }
    return try .folder(
      data: URL(filePath: data), channels: URL(filePath: channels),
      heldOut: heldOut?.split(separator: ",").map(String.init), longestSide: longestSide ?? 240)
  }
}
