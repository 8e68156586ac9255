import Datasets
import Foundation
import Vision

/// Semi-supervised segmentation as DAVIS and YouTube-VOS have it: an object's mask is given in the first frame in which it is
/// annotated, and every object has a tracker of its own from there on. Where two claim a pixel, the one that is surer has it;
/// of a tracker that doesn't segment the region is filled.
///
/// It leaves `SEQUENCE/FRAME.png`, an indexed image for each frame, and `times/SEQUENCE_time.txt`, the seconds of each.
public struct MaskExperiment: TrackingExperiment {
  /// An experiment.
  public init() {}

  /// The files of a sequence's results.
  public func files(of sequence: any MaskAnnotated & FolderSequence) -> [String] {
    let frames = sequence.frames.files.map { $0.deletingPathExtension().lastPathComponent }
    return frames.map { "\(sequence.name)/\($0).png" } + ["times/\(sequence.name)_time.txt"]
  }

  /// The number of frames.
  public func frameCount(of sequence: any MaskAnnotated & FolderSequence) -> Int { sequence.frameCount }

  /// Runs trackers over a sequence and writes its files, each as soon as its frame is tracked.
  public func run(
    _ makeTracker: @escaping TrackerFactory, on sequence: any MaskAnnotated & FolderSequence,
    into folder: URL,
    advance: (Double) throws -> Void
  ) throws {
    let files = files(of: sequence).map { folder.appending(path: $0) }
    let annotated = Set(sequence.annotatedFrames)
    let all = try sequence.objects
    guard !all.isEmpty else { throw ExperimentError.noTarget(sequence: sequence.name) }
    try? FileManager.default.createDirectory(
      at: files[0].deletingLastPathComponent(), withIntermediateDirectories: true)
    var trackers = ObjectTrackers(makeTracker)
    var seconds: [Double] = []
    for frame in 0..<sequence.frameCount {
      let isNew = annotated.contains(frame) && !all.allSatisfy(trackers.isTracking)
      let image = try sequence.image(frame)
      let (objects, time) = try trackers.track(image, annotation: isNew ? sequence.masks(frame) : nil)
      try Self.merged(objects, height: image.height, width: image.width).write(to: files[frame])
      seconds.append(time)
      try advance(time)
    }
    try writeResult(seconds.map { "\($0)\n" }.joined(), to: files.last!)
  }

  /// The objects in one image, the surest on top, and above them those that are given.
  private static func merged(_ objects: [ObjectTrackers.Object], height: Int, width: Int) -> IndexedImage {
    func rank(_ object: ObjectTrackers.Object) -> Double {
      object.isGiven ? .infinity : object.target!.confidence
    }
    var labels = [UInt8](repeating: 0, count: height * width)
    for object in objects.filter({ $0.target != nil }).sorted(by: { rank($0) < rank($1) }) {
      let target = object.target!
      let mask = target.mask ?? Mask(of: target.region, height: height, width: width)
      for pixel in labels.indices where mask.values[pixel] != 0 { labels[pixel] = UInt8(object.id) }
    }
    return IndexedImage(height: height, width: width, indices: labels)
  }
}
