import ArgumentParser
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
      samples.png. Ctrl-C saves and ends.
      """)

  @Option(help: "A folder in DAVIS layout: JPEGImages/480p and Annotations/480p.")
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

  func validate() throws {
    guard (data == nil) == (channels == nil) else {
      throw ValidationError("--data and --channels go together: frames with their truth, and methods' masks.")
    }
    guard heldOut == nil || data != nil else {
      throw ValidationError("--validate names sequences of --data.")
    }
    guard epochs > 0 else { throw ValidationError("--epochs is \(epochs); it must be at least 1.") }
    guard windows > 0 else { throw ValidationError("--windows is \(windows); it must be at least 1.") }
    guard training ?? 1 > 0 else {
      throw ValidationError("--training is \(training!); it must be at least 1.")
    }
    guard longestSide ?? 32 >= 32 else {
      throw ValidationError("--longest-side is \(longestSide!); it must be at least 32.")
    }
    guard sequences >= 3 else {
      throw ValidationError("--sequences is \(sequences); it must be at least 3.")
    }
    guard frames >= 3 else { throw ValidationError("--frames is \(frames); it must be at least 3.") }
  }

  func run() throws {
    Interrupt.watch()
    var data = try makeData()
    if let training { data.limitTraining(to: training) }
    var study = try Study(
      data: data, schedule: Learning.Schedule(epochs: epochs, windows: windows, seed: seed),
      output: URL(filePath: output))
    try study.run()
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
