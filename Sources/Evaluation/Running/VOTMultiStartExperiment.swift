import Datasets
import Foundation
import Vision

/// VOT's protocol of 2020 and later: a tracker is started at each anchor, and left alone to the sequence's end, or back to
/// its beginning (Kristan et al., ECCV workshops 2020).
///
/// It leaves `baseline/SEQUENCE/SEQUENCE_00000050.txt`, … for each anchor's frame, and the seconds of each frame in
/// `SEQUENCE_00000050_time.value`.
public struct VOTMultiStartExperiment: TrackingExperiment {
  /// An experiment.
  public init() {}

  /// The files of a sequence's results.
  public func files(of sequence: VOTSequence) -> [String] {
    sequence.anchors.flatMap { anchor in
      let path = "baseline/\(sequence.name)/\(sequence.name)_\(padded(anchor.frame, 8))"
      return ["\(path)_time.value", "\(path).txt"]
    }
  }

  /// How many frames are tracked, over all anchors.
  public func frameCount(of sequence: VOTSequence) -> Int {
    sequence.anchors.reduce(0) { $0 + $1.frames(of: sequence.truth.count).count }
  }

  /// Runs trackers over a sequence and writes its files; those of an anchor that are there are kept.
  public func run(
    _ makeTracker: @escaping TrackerFactory, on sequence: VOTSequence, into folder: URL,
    advance: (Double) throws -> Void
  ) throws {
    let anchors = sequence.anchors
    guard !anchors.isEmpty else { throw ExperimentError.noAnchors(sequence: sequence.name) }
    let files = files(of: sequence).map { folder.appending(path: $0) }
    for (index, anchor) in anchors.enumerated() {
      if FileManager.default.fileExists(atPath: files[2 * index + 1].path) { continue }
      guard let truth = sequence.region(anchor.frame) else {
        throw ExperimentError.noTarget(sequence: sequence.name)
      }
      var tracker = TimedTracker(try makeTracker())
      var (entries, seconds): ([VOTRegion], [Double]) = ([], [])
      for frame in anchor.frames(of: sequence.truth.count) {
        let image = try sequence.image(frame)
        if entries.isEmpty {
          seconds.append(try tracker.start(image, on: truth))
          entries.append(.initialization)
        } else {
          let (target, time) = try tracker.track(image)
          seconds.append(time)
          entries.append(target.map { .region($0.mask.map { .mask($0) } ?? $0.region) } ?? .unknown)
        }
        try advance(seconds.last!)
      }
      try writeResult(seconds.map { "\($0)\n" }.joined(), to: files[2 * index])
      try writeResult(entries.map { $0.text + "\n" }.joined(), to: files[2 * index + 1])
    }
  }
}
