import Datasets
import Foundation
import NN
import SFModels

extension TrackedWindows {
  /// The windows of sequences as the networks see them, with the boxes of trackers in a folder, or else of simulated ones.
  init(_ sequences: [any MaskAnnotated], boxes: URL?, length: Int, seed: UInt64) throws {
    let trackers =
      try boxes.map { try TrackerBoxes(contentsOf: $0, for: sequences) }
      ?? TrackerBoxes(simulating: Array(SimulatedTracker.all.dropFirst()), on: sequences, seed: seed)
    try self.init(sequences, trackerBoxes: trackers, length: length, frameStep: 3, view: SFTrack.view)
  }
}
