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
      it tells the overlap with and without the cosine window, the penalties of changes, what it learns of the video, and \
      the guide where the network takes one. Under --output it leaves study.csv, videos.csv and overlays.png. With --choose \
      it looks for settings of the tracking instead, the same for all models, on videos of training, and leaves \
      settings.csv.
      """)

  @Argument(help: "Models of TrainSiamese.")
  var models: [String] = []

  @Option(help: "How many videos.")
  var videos = 20

  @Option(help: "How many frames a video has.")
  var frames = 24

  @Option(help: "What the videos are drawn from; training draws its own from 2020.")
  var seed: UInt64 = 2021

  @Flag(help: "Looks for settings on the first --videos videos of training.")
  var choose = false

  @Option(help: "Where the results go.")
  var output = "runs/siamese-study"

  func validate() throws {
    guard 1...10_000 ~= videos else { throw ValidationError("--videos is \(videos); it must be 1 to 10000.") }
    guard 2...10_000 ~= frames else { throw ValidationError("--frames is \(frames); it must be 2 to 10000.") }
    if choose && models.isEmpty { throw ValidationError("--choose is for models") }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted; nothing was written")
    let models = try models.map { try TrainedModel(URL(filePath: $0)) }
    let folder = try OutputFolder(URL(filePath: output))
    if choose {
      let videos = sequences(seed: 2020).map { HeldOutVideo($0) }
      return try SettingsSearch(models: models, videos: videos).run(in: folder)
    }
    try compare(models.flatMap(\.variants) + Contender.classical, in: folder)
  }

  private func sequences(seed: UInt64) -> [SyntheticSequence] {
    SyntheticVideos(seed: seed, sequences: videos, frames: frames).sequences
  }

  private func compare(_ contenders: [Contender], in folder: OutputFolder) throws {
    var rows = contenders.map { ($0, [VideoScore]()) }
    var tiles: [Image] = []
    let sequences = sequences(seed: seed)
    for sequence in sequences {
      let video = HeldOutVideo(sequence)
      var pictures = video.shown.map { video.frames[$0] }
      for index in contenders.indices {
        try Program.checkInterruption()
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
    try StudyTable(rows, videos: sequences.map(\.name)).present(in: folder)
    if ImageFormat.png.isBuiltIn { try Image.grid(tiles, columns: 4).write(to: folder.file("overlays.png")) }
  }
}
