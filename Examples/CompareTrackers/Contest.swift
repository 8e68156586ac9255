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
  /// set's number before the sequence's name.
  func run(_ sets: [[TargetVideo]], into folder: URL) throws -> ContestResults {
    var results = ContestResults(names: trackers.map(\.name.rawValue) + ensembles.map(\.name))
    for (number, videos) in sets.enumerated() {
      var runs: [[ContestResults.Run]] = []
      for video in videos {
        let video = try video.read()
        var bar = ProgressBar(video.name, count: trackers.count + ensembles.count)
        defer { bar.finish() }
        let own = try run(video) { bar.advance($0) }
        let name = sets.count > 1 ? "\(number + 1)-\(video.name)" : video.name
        for (tracker, run) in zip(results.names, own) {
          try write(run.track, to: folder.appending(path: tracker), as: name)
        }
        results.videos.append(name)
        runs.append(own)
      }
      results.sets.append(runs)
    }
    return results
  }

  private func run(_ video: TargetVideo, _ finished: (String) -> Void) throws -> [ContestResults.Run] {
    var tracks: [TrackerName: TargetTrack] = [:]
    var runs: [ContestResults.Run] = []
    for (name, model) in trackers {
      let track = try video.follow(with: name.make(model: model)) { try Program.checkInterruption() }
      tracks[name] = track
      runs.append((track, track.seconds))
      finished(name.rawValue)
    }
    for ensemble in ensembles {
      let track = try video.follow(with: ensemble.tracker(tracks)) { try Program.checkInterruption() }
      runs.append((track, ensemble.members.reduce(track.seconds) { $0 + tracks[$1]!.seconds }))
      finished(ensemble.name)
    }
    return runs
  }

  private func write(_ track: TargetTrack, to folder: URL, as name: String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try BoxFile(boxes: Array(repeating: nil, count: track.start) + track.boxes)
      .write(to: folder.appending(path: "\(name).txt"))
  }
}
