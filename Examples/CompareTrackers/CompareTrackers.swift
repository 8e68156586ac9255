import ArgumentParser
import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// All trackers side by side and what they agree on, over synthetic videos that nobody trained on and over a data set.
@main
struct CompareTrackers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Runs all trackers over synthetic videos and a data set, alone and together, and makes one table of them.",
    discussion: """
      Each starts on the first box. The table has the area under the success curve, the mean overlap (AO), the share of frames \
      before the target is lost for ten running (robustness), the mean overlap of the pixels (J) and frames a second, of \
      ensembles their members' with them; of several seeds means and standard deviations. Under --output it leaves table.txt, \
      boxes/SET/TRACKER/SEQUENCE.txt, and pictures of the two hardest videos of each set, the true box in white. Trackers whose boxes \
      are there are not run again, and then have neither pixels nor a speed.
      """)

  @Option(
    help:
      "A folder of weights, TRACKER.safetensors or .pth each; trackers that need some and have none there are left out."
  )
  var models: String?

  @Option(
    help: "A model of TrainSFTrack for five trackers, which tells what the best five agree on in pixels.")
  var networks: String?

  @Option(help: "A folder of videos with boxes or masks, in any layout that Evaluate knows.")
  var data: String?

  @Option(help: "How many seeds the synthetic videos are drawn from; 0 for none.")
  var seeds = 3

  @Option(help: "Synthetic videos of each seed.")
  var videos = 4

  @Option(help: "The frames of a synthetic video.")
  var frames = 60

  @Option(help: "Where the results go.")
  var output = "runs/trackers"

  func validate() throws {
    guard seeds >= 0, seeds > 0 || data != nil else {
      throw ValidationError("--seeds is \(seeds), and there is no --data.")
    }
    for (name, value) in [("videos", videos), ("frames", frames - 1)] where value < 1 {
      throw ValidationError("--\(name) is too small.")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted before all was measured")
    let trackers = try TrackerName.runnable(withWeightsIn: models.map { URL(filePath: $0) })
    // Weights that can't be read are no video's fault.
    for (name, model) in trackers { _ = try name.make(model: model) }
    let network = try networks.map { try SFTrack(contentsOf: URL(filePath: $0), trackers: Ensemble.few) }
    let contest = Contest(trackers: trackers, ensembles: Ensemble.all(of: trackers.map(\.name), network))
    let real = try data.map { try TargetVideo.videos(in: URL(filePath: $0)) }
    let folder = try OutputFolder(URL(filePath: output))
    var tables: [String] = []
    func compare(_ title: String, _ sets: [[TargetVideo]]) throws {
      let results = try contest.run(sets, into: folder.file("boxes/\(title)"))
      tables.append(results.table(title))
      Program.report(tables.last!)
      try WholeFile.write(tables.joined(separator: "\n\n") + "\n", to: folder.file("table.txt"))
      for (video, picture) in try results.pictures(of: Array(sets.joined())) where ImageFormat.jpeg.isBuiltIn
      {
        try picture.write(to: folder.file("\(title)-\(video).jpg"))
      }
    }
    if seeds > 0 {
      try compare(
        "synthetic",
        (1...seeds).map { TargetVideo.synthetic(seed: 7000 + UInt64($0), count: videos, frames: frames) })
    }
    if let data, let real {
      try compare(URL(filePath: data).standardizedFileURL.lastPathComponent, [real])
    }
  }
}
