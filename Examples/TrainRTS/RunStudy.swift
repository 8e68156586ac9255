import ArgumentParser
import Evaluation
import Foundation
import NN
import SFModels
import Tensor
import Vision

/// Measures what the parts of RTS bring.
struct RunStudy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Tables 1 and 2 of the paper: RTS with its parts left out one by one, and other settings.",
    discussion: """
      On long synthetic videos with look-alikes, occlusions and targets that leave and return, or on those of a folder. Trackers \
      start on the first box. The table has the mean overlap of the boxes (AO), the share of them above .5, and the mean J of \
      the masks; of several seeds means and standard deviations. Under --output it leaves table.txt and success.png.
      """)

  @Option(help: "What TrainRTS left.")
  var model: String

  @Option(
    help:
      "A folder of videos with boxes or masks, in any layout that Evaluate knows; synthetic ones unless given."
  )
  var data: String?

  @Option(help: "Synthetic videos of each seed.")
  var videos = 2

  @Option(help: "The frames of a synthetic video.")
  var frames = 500

  @Option(help: "How many seeds the synthetic videos are drawn from.")
  var seeds = 3

  @Option(help: "The variants to measure, by their names, separated by commas; all unless given.")
  var variants: String?

  @Option(help: "Where the results go.")
  var output = "runs/rts/study"

  func validate() throws {
    for (name, value) in [("videos", videos), ("seeds", seeds), ("frames", frames - 1)] where value < 1 {
      throw ValidationError("--\(name) is too small.")
    }
    _ = try chosen
  }

  private var chosen: [StudyVariant] {
    get throws {
      guard let variants else { return StudyVariant.all }
      return try variants.split(separator: ",").map { name in
        guard let variant = StudyVariant.all.first(where: { $0.name == name }) else {
          let known = StudyVariant.all.map(\.name).joined(separator: ", ")
          throw ValidationError("--variants: there is no \(name); there are \(known).")
        }
        return variant
      }
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted before all was measured")
    let network = try RTS(contentsOf: URL(filePath: model))
    let folder = try OutputFolder(URL(filePath: output))
    let sets =
      try data.map { [try TargetVideo.videos(in: URL(filePath: $0))] }
      ?? (1...seeds).map { TargetVideo.synthetic(seed: 7000 + UInt64($0), count: videos, frames: frames) }
    var results: [StudyResult] = []
    for variant in try chosen {
      let total = sets.joined().reduce(0) { $0 + $1.frameCount }
      var bar = ProgressBar(variant.name, count: total)
      defer { bar.finish() }
      let scores = try sets.map { videos in
        try videos.map { video in
          let track = try video.follow(with: variant.tracker(network)) {
            try Program.checkInterruption()
            bar.advance("")
          }
          return (track.overlaps, track.maskOverlaps)
        }
      }
      results.append(StudyResult(name: variant.name, sets: scores))
      try WholeFile.write(StudyResult.table(results) + "\n", to: folder.file("table.txt"))
    }
    Program.report(StudyResult.table(results))
    guard ImageFormat.png.isBuiltIn else { return }
    let plot = LinePlot(
      title: "Success", xLabel: "overlap", yLabel: "share of frames above it",
      series: results.map { LinePlot.Series($0.name, points: $0.success) })
    try plot.figure(height: 480, width: 720).image().write(to: folder.file("success.png"))
  }
}

/// What a variant scored: for each set of videos, each video's overlaps.
struct StudyResult {
  let name: String
  let sets: [[(boxes: [Double], masks: [Double])]]

  /// The success curve: the mean of all videos.
  var success: [Point] {
    (0...20).map { step in
      let threshold = Double(step) / 20
      return Point(threshold, sets.joined().map { Self.share($0.boxes, above: threshold) }.mean)
    }
  }

  private static func share(_ overlaps: [Double], above threshold: Double) -> Double {
    overlaps.map { $0 > threshold ? 1 : 0 }.mean
  }

  /// A row for each result.
  static func table(_ results: [StudyResult]) -> String {
    let width = 2 + (results.map(\.name.count).max() ?? 0)
    func padded(_ text: String, to width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let header = padded("", to: width) + ["AO", "SR.50", "J"].map { padded($0, to: 15) }.joined()
    return
      ([header]
      + results.map { result in
        let columns = [
          result.sets.map { $0.map(\.boxes.mean).mean },
          result.sets.map { $0.map { share($0.boxes, above: 0.5) }.mean },
          result.sets.compactMap { set in
            let masks = set.map(\.masks).filter { !$0.isEmpty }
            return masks.isEmpty ? nil : masks.map(\.mean).mean
          },
        ]
        return padded(result.name, to: width) + columns.map { padded($0.meanAndDeviation, to: 15) }.joined()
      }).joined(separator: "\n")
  }
}
