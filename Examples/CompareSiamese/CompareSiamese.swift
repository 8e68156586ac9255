import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// What trained Siamese trackers are worth beside classical ones on synthetic videos that nobody trained on, and what of it
/// they owe to what.
@main
struct CompareSiamese: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares trained Siamese trackers with classical ones on held-out synthetic videos.",
    discussion: """
      In each video the object is tracked that has look-alikes and is crossed by whatever passes in front. Of each model \
      it tells the overlap with and without the cosine window, the penalties of changes, and the guide where the network \
      takes one. Under --output it leaves study.csv and overlays.png.
      """)

  @Argument(help: "Models of TrainSiamese.")
  var models: [String] = []

  @Option(help: "How many videos.")
  var videos = 20

  @Option(help: "What the videos are drawn from; training draws its own from 2020.")
  var seed: UInt64 = 2021

  @Option(help: "Where the results go.")
  var output = "runs/siamese-study"

  func validate() throws {
    guard 1...10_000 ~= videos else { throw ValidationError("--videos is \(videos); it must be 1 to 10000.") }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted; nothing was written")
    let contenders =
      try models.flatMap { try Contender.variants(of: URL(filePath: $0)) } + Contender.classical
    let folder = try OutputFolder(URL(filePath: output))
    var rows = contenders.map { ($0, [VideoScore]()) }
    var tiles: [Image] = []
    for sequence in SyntheticVideos(seed: seed, sequences: videos).sequences {
      let video = HeldOutVideo(sequence)
      var pictures = video.shown.map { video.frames[$0] }
      for index in contenders.indices {
        let track = try video.track(contenders[index].make())
        rows[index].1.append(track.score)
        guard let color = contenders[index].color else { continue }
        for (tile, frame) in video.shown.enumerated() {
          pictures[tile].draw(track.boxes[frame], color: color)
        }
      }
      for (tile, frame) in video.shown.enumerated() {
        if let truth = video.truth[frame] { pictures[tile].draw(truth, color: .white, thickness: 1) }
      }
      tiles += pictures
      Program.report("\(sequence.name) done")
    }
    try StudyTable(rows).present(in: folder)
    if ImageFormat.png.isBuiltIn { try Image.grid(tiles, columns: 4).write(to: folder.file("overlays.png")) }
  }
}

/// A tracker of the comparison.
struct Contender: Sendable {
  let name: String
  /// What it differs by from the published settings.
  let variant: String
  /// Its colour in the overlays; nil where it isn't shown.
  let color: Color?
  let make: @Sendable () -> any Tracker

  static let classical = [
    Contender(name: "template (normalised cross-correlation)", variant: "", color: nil) { TemplateTracker() },
    Contender(name: "correlation filter", variant: "", color: .orange) { CorrelationTracker() },
  ]

  /// A model's tracker, and what remains of it without its parts.
  static func variants(of file: URL) throws -> [Contender] {
    let metadata = try SafeTensors(contentsOf: file).metadata
    func contenders<Network: SiameseNetwork>(
      _ title: String, _ color: Color, _ make: (SiamesePreset) -> Network
    ) throws -> [Contender] {
      let model = SiameseModel(file), network = try model.network(make)
      let name = "\(title), distractors \(metadata["distractors"] ?? "unknown")"
      func variant(_ variant: String, _ change: (inout SiameseTracking) -> Void) -> Contender {
        var settings = SiameseTracking()
        change(&settings)
        let coding = model.coding
        return Contender(name: name, variant: variant, color: variant == "" ? color : nil) { [settings] in
          SiameseTracker(network, coding: coding, settings: settings)
        }
      }
      return [
        variant("") { _ in },
        variant("no window") { $0.windowWeight = 0 },
        variant("no penalties") { $0.penalty = 0 },
        variant("neither") { ($0.windowWeight, $0.penalty) = (0, 0) },
      ] + (network.takesGuides ? [variant("no guide") { $0.usesGuide = false }] : [])
    }
    switch metadata["network"] {
    case "rpn": return try contenders("SiamRPN", .red) { SiamRPN(size: $0) }
    case "concat": return try contenders("SiamConcatRPN", .green) { SiamConcatRPN(size: $0) }
    case "broadcast": return try contenders("SiamBroadcastRPN", .blue) { SiamBroadcastRPN(size: $0) }
    case "plusplus": return try contenders("SiamRPN++", .purple) { SiamRPNPlusPlus(size: $0) }
    default: throw UnknownModel(path: file.path)
    }
  }
}

/// A file that TrainSiamese didn't write; the description is one line.
struct UnknownModel: Error, CustomStringConvertible {
  let path: String
  var description: String { "\(path): no model of TrainSiamese, whose network it would name" }
}
