import Datasets
import Foundation
import Vision

/// One pass with a tracker for each of a video's objects, from the first frame in which it is annotated on: the boxes that
/// `TrackerBoxes` reads.
///
/// It leaves `SEQUENCE-OBJECT.txt`, a box for each frame, NaNs before the object's first, and `times/SEQUENCE_time.txt`, the
/// seconds that all took for each frame.
public struct ObjectBoxExperiment: TrackingExperiment {
  /// An experiment.
  public init() {}

  /// The files of a sequence's results; its annotations are read for it.
  public func files(of sequence: any MaskAnnotated) throws -> [String] {
    ["times/\(sequence.name)_time.txt"] + (try sequence.objects).map { "\(sequence.name)-\($0).txt" }
  }

  /// The number of frames.
  public func frameCount(of sequence: any MaskAnnotated) -> Int { sequence.frameCount }

  /// Runs trackers over a sequence and writes its files.
  public func run(
    _ makeTracker: @escaping TrackerFactory, on sequence: any MaskAnnotated, into folder: URL,
    advance: (Double) throws -> Void
  ) throws {
    let files = try files(of: sequence).map { folder.appending(path: $0) }
    let (annotated, all) = (Set(sequence.annotatedFrames), try sequence.objects)
    guard !all.isEmpty else { throw ExperimentError.noTarget(sequence: sequence.name) }
    var trackers = ObjectTrackers(makeTracker)
    var boxes: [Int: [Box?]] = [:]
    var seconds: [Double] = []
    for frame in 0..<sequence.frameCount {
      let isNew = annotated.contains(frame) && !all.allSatisfy(trackers.isTracking)
      let (objects, time) = try trackers.track(
        sequence.image(frame), annotation: isNew ? sequence.masks(frame) : nil)
      let found = Dictionary(uniqueKeysWithValues: objects.map { ($0.id, $0.target?.region.boundingBox) })
      for id in all { boxes[id, default: []].append(found[id] ?? nil) }
      seconds.append(time)
      try advance(time)
    }
    try writeResult(seconds.map { "\($0)\n" }.joined(), to: files[0])
    for (id, file) in zip(all, files.dropFirst()) { try BoxFile(boxes: boxes[id]!).write(to: file) }
  }
}
