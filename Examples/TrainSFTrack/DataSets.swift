import Datasets
import Foundation
import NN
import SFModels

/// The videos of some data sets.
struct DataSets {
  private let sets: [[any MaskAnnotated]]

  /// Opens folders in one of the layouts with masks; `synthetic` stands for so many embedded videos.
  init(_ places: [String], synthetic count: Int) throws {
    sets = try places.map { place in
      if place == "synthetic" { return SyntheticVideos(seed: 2020, sequences: count).sequences }
      let folder = URL(filePath: place)
      return try MaskLayout(of: folder).open(folder).sequences
    }
  }

  /// What is kept of each set, and what is held out of all: the sequences named, or else the last of each set, that share of
  /// it. Sets of which nothing is kept are left out.
  func holdingOut(_ names: [String]?, orLast share: Double) throws -> (
    kept: [[any MaskAnnotated]], held: [any MaskAnnotated]
  ) {
    let names =
      names
      ?? sets.flatMap { $0.suffix(Int((share * Double($0.count)).rounded(.up))).map(\.name) }
    let held = try holdOut(names, of: sets.flatMap { $0 }) { $0.name }.held
    let kept = sets.map { $0.filter { !names.contains($0.name) } }.filter { !$0.isEmpty }
    guard !kept.isEmpty, !held.isEmpty else { throw NothingToTrainOn() }
    return (kept, held)
  }

  /// Where data sets are, as it names a run's data.
  static func identity(_ places: [String]) -> String {
    places.map { $0 == "synthetic" ? $0 : Program.absolutePath($0) }.joined(separator: ",")
  }
}

extension TrackedWindows {
  /// The windows of sequences as the networks see them, with the boxes of trackers in a folder, or else of simulated ones.
  init(_ sequences: [any MaskAnnotated], boxes: URL?, length: Int, seed: UInt64) throws {
    let trackers =
      try boxes.map { try TrackerBoxes(contentsOf: $0, for: sequences) }
      ?? TrackerBoxes(simulating: Array(SimulatedTracker.all.dropFirst()), on: sequences, seed: seed)
    try self.init(sequences, trackerBoxes: trackers, length: length, frameStep: 3, view: SFTrack.view)
  }
}

/// There is nothing to train on; the description is one line.
struct NothingToTrainOn: Error, CustomStringConvertible {
  let description =
    "nothing is left to train on, or to validate with: at least two sequences with boxes are needed"
}
