import Datasets
import Evaluation
import SFModels
import Vision

/// Trackers that are asked together after each went its own way.
struct Ensemble {
  let name: String
  let members: [TrackerName]
  /// How much the members' votes count; alike unless given.
  let votes: [Double]?
  let network: SFTrack?

  /// How many trackers the networks are for.
  static let few = 5

  /// Those without weights; all, each vote counting as its tracker's success on known videos, and alike; and with networks
  /// the best.
  static func all(of trackers: [TrackerName], _ network: SFTrack?) -> [Ensemble] {
    func ensemble(_ name: String, _ members: [TrackerName], _ network: SFTrack? = nil) -> Ensemble {
      Ensemble(name: name, members: members, votes: members.map(\.vote), network: network)
    }
    let best = trackers.sorted { $0.vote > $1.vote }.prefix(few)
    return [
      ensemble("those without weights", trackers.filter { !$0.hasWeights }), ensemble("all", trackers),
      Ensemble(name: "all, alike", members: trackers, votes: nil, network: nil),
    ] + (network.map { [ensemble("the best five, SFTrack++", Array(best), $0)] } ?? [])
  }

  /// The ensemble of what its members told; those that didn't see the target have no vote.
  func tracker(of tracks: [TargetTrack]) -> SFTracker {
    SFTracker(tracks.map { RecordedTracker($0.sightings) }, weights: votes, network: network)
  }
}
