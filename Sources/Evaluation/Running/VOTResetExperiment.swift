import Datasets
import Foundation
import Vision

/// VOT's reset protocol of 2015 to 2019: a tracker whose region no longer meets the truth has failed, and is started again
/// five frames later (Kristan et al., TPAMI 2016).
///
/// It leaves `baseline/SEQUENCE/SEQUENCE_001.txt`, … for each repetition, and the seconds of each frame in
/// `SEQUENCE_001_time.value`.
public struct VOTResetExperiment: TrackingExperiment {
  private let repetitions: Int

  /// So many repetitions; VOT wants 15, of trackers that always tell the same 1.
  public init(repetitions: Int = 1) { self.repetitions = repetitions }

  /// The files of a sequence's results.
  public func files(of sequence: any BoxAnnotated) -> [String] {
    (1...max(repetitions, 1)).flatMap { repetition in
      let path = "baseline/\(sequence.name)/\(sequence.name)_\(padded(repetition, 3))"
      return ["\(path)_time.value", "\(path).txt"]
    }
  }

  /// How many frames are tracked where nothing fails.
  public func frameCount(of sequence: any BoxAnnotated) -> Int {
    max(repetitions, 1) * ((sequence.annotatedFrames.last ?? -1) + 1)
  }

  /// Runs trackers over a sequence and writes its files.
  public func run(
    _ makeTracker: @escaping TrackerFactory, on sequence: any BoxAnnotated, into folder: URL,
    advance: (Double) throws -> Void
  ) throws {
    let files = files(of: sequence).map { folder.appending(path: $0) }
    for file in stride(from: 0, to: files.count, by: 2) {
      let run = try ResetRun(makeTracker, sequence, advance)
      try writeResult(run.seconds.map { "\($0)\n" }.joined(), to: files[file])
      try writeResult(run.entries.map { $0.text + "\n" }.joined(), to: files[file + 1])
    }
  }
}

/// One run.
private struct ResetRun {
  private(set) var entries: [VOTRegion]
  private(set) var seconds: [Double]

  init(_ makeTracker: TrackerFactory, _ sequence: any BoxAnnotated, _ advance: (Double) throws -> Void) throws
  {
    let count = (sequence.annotatedFrames.last ?? -1) + 1
    entries = Array(repeating: .unknown, count: count)
    seconds = Array(repeating: 0, count: count)
    var tracker: TimedTracker?
    var frame = 0
    while frame < count {
      let truth = try sequence.region(frame)
      if var running = tracker {
        let image = try sequence.image(frame)
        let (target, time) = try running.track(image)
        seconds[frame] = time
        try advance(time)
        if Self.hasFailed(target?.region, truth, in: image) {
          entries[frame] = .failure
          tracker = nil
          frame += VOTResetRun.skippedFrames
        } else {
          entries[frame] = target.map { .region($0.region) } ?? .unknown
          tracker = running
          frame += 1
        }
      } else {
        if let truth {
          var fresh = TimedTracker(try makeTracker())
          seconds[frame] = try fresh.start(try sequence.image(frame), on: truth)
          try advance(seconds[frame])
          entries[frame] = .initialization
          tracker = fresh
        }
        frame += 1
      }
    }
    guard entries.contains(.initialization) else { throw ExperimentError.noTarget(sequence: sequence.name) }
  }

  /// Whether a region, or none, no longer meets the truth. Where nobody knows the truth nothing fails.
  private static func hasFailed(_ region: Region?, _ truth: Region?, in image: Image) -> Bool {
    guard let truth else { return false }
    let bounds = PixelWindow(lastColumn: image.width - 1, lastRow: image.height - 1)
    return (region?.overlap(truth, within: bounds, .library) ?? 0) <= 0
  }
}
