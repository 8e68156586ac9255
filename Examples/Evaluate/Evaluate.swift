import ArgumentParser
import Datasets
import Distributed
import Evaluation
import Foundation
import NN
import Tensor
import Vision

/// Scores results of trackers and of segmentation methods as their benchmarks do.
@main
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Scores results of trackers and of segmentation methods as their benchmarks do.",
    discussion: """
      `run` shares the sequences among the processes that mpirun started; scores are taken by the first. Several --results, one folder for each tracker or method, are ranked in one table, from which a sequence that a \
      tracker has no file for is left out, with a word. What a tracker's file lacks at its end counts as lost.
      """,
    subcommands: [
      OnePass.self, GOT10k.self, TrackingNet.self, VOT.self, DAVIS.self, YouTubeVOS.self, RunTracker.self,
    ])
}

/// What every benchmark's command takes.
struct Inputs: ParsableArguments {
  @Option(help: "The data set's folder.")
  var truth: String

  @Option(parsing: .upToNextOption, help: "Folders of results, one for each tracker or method.")
  var results: [String]

  @Option(help: "Where the figures go as JSON.")
  var json: String?

  @Option(help: "A folder for plots, PNG and SVG.")
  var plot: String?

  @Option(help: "Where one page with the tables, the plots and frames of the worst sequences goes.")
  var html: String?

  @Option(
    help:
      "A folder with the frames of each sequence in one of its own, if they are not in --truth; for --html.")
  var frames: String?

  var truthFolder: URL { URL(filePath: truth) }

  /// Does something for each tracker or method; one of which nothing can be read stops none of the others.
  func forEachTracker(_ body: (_ name: String, _ folder: URL) throws -> Void) throws {
    _ = try readable(entries()) { entry -> Void? in try body(entry.name, entry.folder) }
  }

  /// The folders of results with the names of their trackers: the folders' own, or where two have one name their paths.
  private func entries() throws -> [(name: String, folder: URL)] {
    Program.prepare()
    guard try Communicator.world.rank == 0 else { throw ExitCode.success }
    let folders = try results.map { path in
      let folder = URL(filePath: path).standardizedFileURL
      guard Folder.isFolder(folder) else { throw DatasetError.missingFolder(path: path) }
      return folder
    }
    return folders.map { folder in
      let isAlone = folders.count { $0.lastPathComponent == folder.lastPathComponent } == 1
      return (isAlone ? folder.lastPathComponent : folder.path, folder)
    }
  }

  /// Shows the report, and writes what was asked for.
  func present(_ report: Report) throws {
    if report.rows.isEmpty {
      throw DatasetError.emptyFolder(path: results.joined(separator: ", "), wanted: "results")
    }
    Program.report(report.table)
    if let json { try write([UInt8](report.json()), to: json) }
    if let plot {
      let folder = try OutputFolder(URL(filePath: plot))
      for (name, plot) in report.figures {
        try plot.render().write(to: folder.file("\(name).png"))
        try write([UInt8](plot.svg().utf8), to: folder.file("\(name).svg").path)
      }
    }
    if let html {
      let folders = FrameFolders(roots: frames.map { [URL(filePath: $0)] } ?? [truthFolder])
      try write([UInt8](Page(report: report, frames: folders).text().utf8), to: html)
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    do throws(WholeFile.Failure) {
      try WholeFile.write(bytes, to: URL(filePath: path))
    } catch {
      throw DatasetError.inaccessible(path: path, reason: "cannot be written: \(error.reason)")
    }
  }
}
