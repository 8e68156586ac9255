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
      the frames in which the target is seen, and leaves study.csv under --output. With --vot also the accuracy, the failures in \
      100 frames and the expected average overlap (EAO) of VOT 2018, of rotated boxes fitted to the masks, the tracker's and the \
      true ones; its runs go to VARIANT/baseline.
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

  @Flag(help: "Tracks all videos once more, starting again after each failure, for VOT's figures.")
  var vot = false

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
    let columns = ["AO", "J"] + (vot ? ["accuracy", "robustness", "EAO"] : [])
    var lines = [(["variant"] + columns).joined(separator: ",")]
    Program.report(Self.row("mean of \(targets.count) videos", columns))
    for variant in Variant.allCases {
      let figures = try figures(of: variant, network, targets, folder.file(variant.rawValue))
      Program.report(Self.row(variant.rawValue, figures.map { $0.map { String(format: "%.3f", $0) } ?? "–" }))
      lines.append(
        ([variant.rawValue] + figures.map { $0.map { String(format: "%.4f", $0) } ?? "" })
          .joined(separator: ","))
    }
    let file = folder.file("study.csv")
    do throws(WholeFile.Failure) {
      try WholeFile.write(lines.joined(separator: "\n") + "\n", to: file)
    } catch {
      throw DatasetError.inaccessible(path: file.path, reason: "cannot be written: \(error.reason)")
    }
  }

  /// What a variant scores; no EAO where no video is as long as VOT's shortest.
  private func figures(
    of variant: Variant, _ network: SAMN, _ targets: [FollowedTarget], _ folder: URL
  ) throws -> [Double?] {
    var options = variant.options
    let tracker = SAMNTracker(network, options: options)
    let scores = try targets.map { try $0.score(tracker) }
    let means = [scores.map(\.boxes).mean, scores.map(\.masks).mean]
    guard vot else { return means }
    options.answersRotated = true
    let rotated = SAMNTracker(network, options: options)
    let score = VOTResetScore(try targets.map { [try $0.resetRun(rotated, into: folder)] })
    let lengths = VOTChallenge.vot2018.lengths
    return means + [score.accuracy, score.robustness, score.expectedAverageOverlap(lengths)]
  }

  private static func row(_ title: String, _ cells: [String]) -> String {
    title.padding(toLength: 24, withPad: " ", startingAt: 0)
      + cells.map { $0.padding(toLength: 12, withPad: " ", startingAt: 0) }.joined()
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
