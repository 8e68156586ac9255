import Datasets
import Evaluation
import Foundation
import NN
import SFModels
import Vision

/// The trackers and ensembles that are compared.
struct Contest {
  let trackers: [(name: TrackerName, model: URL?)]
  let ensembles: [Ensemble]

  /// What they make of the videos of each set; their boxes go to `folder/TRACKER/SEQUENCE.txt`, those of several sets with the
  /// set's number before the sequence's name. A tracker whose boxes are there is not run again; a frame
  /// in which it didn't see the target has none there, and so no vote.
  func run(_ sets: [[TargetVideo]], into folder: URL) throws -> ContestResults {
    var results = ContestResults(names: trackers.map(\.name.rawValue) + ensembles.map(\.name))
    for (number, videos) in sets.enumerated() {
      var runs: [[ContestResults.Run]] = []
      for video in videos {
        let video = try video.read()
        var bar = ProgressBar(video.name, count: trackers.count + ensembles.count)
        defer { bar.finish() }
        let name = sets.count > 1 ? "\(number + 1)-\(video.name)" : video.name
        runs.append(try run(video, { folder.appending(path: "\($0)/\(name).txt") }) { bar.advance($0) })
        results.videos.append(name)
      }
      results.sets.append(runs)
    }
    return results
  }

  private func run(
    _ video: TargetVideo, _ file: (_ name: String) -> URL, finished: (_ name: String) -> Void
  ) throws -> [ContestResults.Run] {
    var runs: [TrackerName: ContestResults.Run] = [:]
    for (name, model) in trackers {
      let file = file(name.rawValue)
      if FileManager.default.fileExists(atPath: file.path) {
        let boxes = try BoxFile(contentsOf: file).boxes
        runs[name] = (try follow(video, RecordedTracker(Array(boxes.drop { $0 == nil }))), nil)
      } else {
        let track = try follow(video, name.make(model: model))
        try write(track, to: file)
        runs[name] = (track, track.seconds)
      }
      finished(name.rawValue)
    }
    let together = try ensembles.map { ensemble in
      let members = ensemble.members.map { runs[$0]! }
      let track = try follow(video, ensemble.tracker(of: members.map(\.track)))
      try write(track, to: file(ensemble.name))
      finished(ensemble.name)
      let seconds = members.compactMap(\.seconds)
      return (
        track, seconds: seconds.count == members.count ? track.seconds + seconds.reduce(0, +) : nil
      )
    }
    return trackers.map { runs[$0.name]! } + together
  }

  private func follow(_ video: TargetVideo, _ tracker: any Tracker) throws -> TargetTrack {
    try video.follow(with: tracker) { try Program.checkInterruption() }
  }

  private func write(_ track: TargetTrack, to file: URL) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try BoxFile(boxes: Array(repeating: nil, count: track.start) + track.sightings).write(to: file)
  }
}
