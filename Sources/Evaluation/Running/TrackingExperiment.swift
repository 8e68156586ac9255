import Datasets
import Foundation
import Tensor

/// How a benchmark has a tracker run over a sequence, and the files it wants of it.
public protocol TrackingExperiment<Video>: Sendable {
  /// The sequences it takes.
  associatedtype Video

  /// The files of a sequence's results, as paths in the tracker's folder.
  func files(of sequence: Video) throws -> [String]

  /// How many frames are tracked, at most.
  func frameCount(of sequence: Video) throws -> Int

  /// Runs trackers over a sequence and writes its files, the last of `files(of:)` last of all.
  /// - Parameters:
  ///   - makeTracker: makes a tracker for each run.
  ///   - sequence: what to run on; its frames are read one by one.
  ///   - folder: the tracker's folder.
  ///   - advance: to be called after each frame, with the seconds that the tracker took for it.
  func run(
    _ makeTracker: @escaping TrackerFactory, on sequence: Video, into folder: URL,
    advance: (_ seconds: Double) throws -> Void
  ) throws
}

/// What happens while an experiment runs.
public enum ExperimentEvent: Sendable {
  /// The sequence has results already.
  case skipped(String)
  /// The sequence begins, of which so many frames are to be tracked at most.
  case began(String, frames: Int)
  /// A frame was tracked, which took the tracker so many seconds.
  case tracked(seconds: Double)
  /// The sequence's results are written.
  case finished(String)
  /// The sequence cannot be read, or the tracker threw: it has no results.
  case failed(String, any Error)
}

extension TrackingExperiment {
  /// Runs a tracker over sequences, one after the other; those whose files are all there are skipped, and an error in one
  /// leaves the others alone.
  /// - Parameters:
  ///   - makeTracker: makes a tracker for each run.
  ///   - names: the sequences' names.
  ///   - open: opens a sequence.
  ///   - folder: the tracker's folder, made where it is missing.
  ///   - observe: is told what happens; what it throws ends the run.
  /// - Throws: what `observe` throws.
  public func run(
    _ makeTracker: @escaping TrackerFactory, on names: [String], opening open: (String) throws -> Video,
    into folder: URL,
    observe: (ExperimentEvent) throws -> Void
  ) throws {
    for name in names {
      do {
        let sequence = try open(name)
        let files = try files(of: sequence).map { folder.appending(path: $0) }
        if files.allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) {
          try observing { try observe(.skipped(name)) }
          continue
        }
        try observing { try observe(.began(name, frames: try frameCount(of: sequence))) }
        try run(makeTracker, on: sequence, into: folder) { seconds in
          try observing { try observe(.tracked(seconds: seconds)) }
        }
        try observing { try observe(.finished(name)) }
      } catch let stop as Stop {
        throw stop.reason
      } catch {
        try observe(.failed(name, error))
      }
    }
  }

  private func observing(_ body: () throws -> Void) throws(Stop) {
    do { try body() } catch { throw Stop(reason: error) }
  }
}

/// What the observer threw, which is no sequence's fault.
private struct Stop: Error {
  let reason: any Error
}

/// Why a tracker could not be run on a sequence; the description is one line.
public enum ExperimentError: Error, Equatable, CustomStringConvertible {
  /// No annotated frame shows the target.
  case noTarget(sequence: String)
  /// No frame is an anchor.
  case noAnchors(sequence: String)

  /// One clear line.
  public var description: String {
    switch self {
    case .noTarget(let sequence): "\(sequence): no annotated frame shows the target"
    case .noAnchors(let sequence): "\(sequence): has no anchors to start from"
    }
  }
}

/// Writes an experiment's file, under a temporary name first; its folder is made where it is missing.
/// - Throws: `DatasetError.inaccessible`.
func writeResult(_ text: String, to url: URL) throws {
  try? FileManager.default.createDirectory(
    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  do throws(WholeFile.Failure) {
    try WholeFile.write(text, to: url)
  } catch {
    throw DatasetError.inaccessible(path: url.path, reason: "cannot be written: \(error.reason)")
  }
}
