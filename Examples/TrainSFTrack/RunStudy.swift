import ArgumentParser
import Foundation
import NN
import Tensor
import Vision

/// Measures what trackers, ensembles and the parts of SFTrack++ are worth.
struct RunStudy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Tables 1 and 2 of SFTrack++: trackers, ensembles, and its parts left out one by one.",
    discussion: """
      Each seed trains everything anew and draws other simulated trackers. Under --output it leaves table.txt, table.csv \
      and success.png after each seed, and under learned/ what was trained.
      """)

  @Option(
    help:
      "A folder in the layout of DAVIS, YouTube-VOS, YouTube-VIS or SegTrack, or the word synthetic: embedded videos."
  )
  var data = "synthetic"

  @Option(help: "A folder of trackers' boxes on --data, TRACKER/SEQUENCE.txt; simulated unless given.")
  var boxes: String?

  @Option(
    name: .customLong("validate"),
    help: "Sequences to report on, separated by commas; the last ones unless given.")
  var heldOut: String?

  @Option(help: "How many seeds.")
  var seeds = 3

  @Option(help: "The epochs of each training.")
  var epochs = 4

  @Option(help: "The windows of an epoch from phase 2 on.")
  var windows = 600

  @Option(
    help:
      "The variants of SFTrack++ to train, by their names in the table, separated by commas; all unless given."
  )
  var variants: String?

  @Option(help: "Where the results go.")
  var output = "runs/sftrack/study"

  @Flag(help: "Goes on where an interrupted study of the same options left off.")
  var resume = false

  private var chosen: [String]? { variants?.split(separator: ",").map(String.init) }

  func validate() throws {
    guard seeds > 0, epochs > 0, windows >= 8 else {
      throw ValidationError("--seeds and --epochs must be at least 1, --windows 8.")
    }
    let known = StudyVariant.all(ranking: []).map(\.name)
    if let unknown = chosen?.first(where: { !known.contains($0) }) {
      throw ValidationError("--variants: there is no \(unknown); there are \(known.joined(separator: ", ")).")
    }
    if boxes != nil && data == "synthetic" {
      throw ValidationError("--boxes are those of trackers on --data")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted: go on with --resume")
    let folder = try OutputFolder(URL(filePath: output))
    let data = try StudyData(
      data, boxes: boxes.map { URL(filePath: $0) },
      heldOut: heldOut?.split(separator: ",").map(String.init))
    Program.report(data.description)
    var study = Study(
      data, epochs: epochs, windows: windows, variants: chosen, folder: folder.url, isResumed: resume)
    for seed in 1...seeds {
      try study.run(seed: UInt64(seed))
      try write(study.results, to: folder)
    }
    Program.report(study.results.text)
  }

  private func write(_ results: StudyResults, to folder: OutputFolder) throws {
    try WholeFile.write(results.text + "\n", to: folder.file("table.txt"))
    try WholeFile.write(results.csv, to: folder.file("table.csv"))
    guard ImageFormat.png.isBuiltIn else { return }
    let plot = results.successPlot { name in
      name == "SFTrack++"
        || ["tracker", "median of the c", "what", "learned"].contains(where: name.hasPrefix)
    }
    try plot.figure(height: 480, width: 720).image().write(to: folder.file("success.png"))
  }
}
