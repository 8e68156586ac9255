import ArgumentParser
import Datasets
import Foundation
import NN
import Vision

/// Writes the embedded synthetic videos as a data set, so that every program can be tried without a download.
@main
struct SynthesizeVideos: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Writes the embedded synthetic videos as a data set in the layout of DAVIS, OTB, GOT-10k or VOT.",
    discussion: """
      Objects move, deform and hide one another before a moving camera, beside look-alikes; in every second video, but for \
      VOT's, the target leaves the frame and comes back. OTB, GOT-10k and VOT follow this one; DAVIS has masks of all \
      objects, and the true optical flow under Flow, as RefineVideo takes it. With --trackers the results of six simulated trackers \
      lie under results, and for DAVIS their boxes under boxes.
      """)

  @Option(help: "A new or empty folder for the data set.")
  var output: String

  @Option(help: "The data set's layout.")
  var layout: LayoutName

  @Option(help: "The number of videos.")
  var videos = 8

  @Option(help: "The frames of a video.")
  var frames = 60

  @Option(help: "The frames' height and width.")
  var size = FrameSize(height: 144, width: 256)

  @Option(help: "What the videos and the trackers' errors are drawn from.")
  var seed: UInt64 = 1

  @Flag(
    help:
      "Adds what simulated trackers make of the videos: steady, drifting, losing, lagging, misscaling, jumping."
  )
  var trackers = false

  func validate() throws {
    guard (1...9999).contains(videos) else {
      throw ValidationError("--videos is \(videos); it must be 1 to 9999.")
    }
    guard (1...9999).contains(frames) else {
      throw ValidationError("--frames is \(frames); it must be 1 to 9999.")
    }
  }

  func run() throws {
    Program.prepare(ifInterrupted: "interrupted: the data set in \(output) is not whole")
    let folder = URL(filePath: output)
    if Folder.isFolder(folder), let file = try Folder.list(folder, where: { _ in true }).first {
      throw DatasetError.inaccessible(
        path: folder.path, reason: "the folder is not empty: it has \(file.lastPathComponent)")
    }
    let writer = layout.layout(try DatasetFiles(folder))
    let sequences = SyntheticVideos(
      seed: seed, sequences: videos, frames: frames, height: size.height, width: size.width,
      absences: layout != .vot
    ).sequences
    try write(sequences, in: writer)
    Program.report("\(videos) videos of \(frames) frames in \(output)")
  }

  private func write(_ sequences: [SyntheticSequence], in layout: any Layout) throws {
    var bar = ProgressBar("videos", count: videos)
    defer { bar.finish() }
    for (index, sequence) in sequences.enumerated() {
      let video = DrawnVideo(sequence, seed: seed &+ UInt64(index) << 32)
      try layout.write(video)
      for tracker in trackers ? SimulatedTracker.all : [] { try layout.write(tracker, on: video) }
      bar.advance(sequence.name)
    }
    try layout.writeLists(sequences.map(\.name))
  }
}

/// The layouts there are.
enum LayoutName: String, ExpressibleByArgument, CaseIterable {
  case davis, otb, got10k, vot

  func layout(_ files: DatasetFiles) -> any Layout {
    switch self {
    case .davis: DAVISLayout(files: files)
    case .otb: OTBLayout(files: files)
    case .got10k: GOT10kLayout(files: files)
    case .vot: VOTLayout(files: files)
    }
  }
}

/// A frame's size on the command line: `144x256`.
struct FrameSize: ExpressibleByArgument, CustomStringConvertible {
  let height: Int
  let width: Int

  init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let height = sides[0], let width = sides[1], (16...4096).contains(height),
      (16...4096).contains(width)
    else { return nil }
    self.init(height: height, width: width)
  }

  var description: String { "\(height)x\(width)" }
  var defaultValueDescription: String { description }
}
