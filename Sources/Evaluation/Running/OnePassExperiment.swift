import Datasets
import Foundation
import Vision

/// One pass: a tracker is started where its target is first seen, and goes on to the last annotated frame, or where only the
/// first is annotated to the end. As OTB, UAV123, NFS, LaSOT, TrackingNet and GOT-10k are run.
///
/// It leaves `SEQUENCE.txt`, a box for each frame from the first annotated one on, and `times/SEQUENCE_time.txt`, seconds;
/// in GOT-10k's way `SEQUENCE/SEQUENCE_001.txt`, … for each repetition and `SEQUENCE/SEQUENCE_time.txt`.
public struct OnePassExperiment: TrackingExperiment {
  /// Where the files go.
  public enum Layout: Sendable {
    /// Files of one folder. Boxes count from `origin`: 1 where the annotation does, as OTB's.
    case flat(origin: Double)
    /// A folder for each sequence, with a file for each of so many repetitions. GOT-10k wants 3, of trackers that always
    /// tell the same 1.
    case repeated(Int)
  }

  private let layout: Layout

  /// An experiment that writes the given layout.
  public init(_ layout: Layout = .flat(origin: 0)) { self.layout = layout }

  /// The files of a sequence's results.
  public func files(of sequence: any BoxAnnotated) -> [String] {
    let name = sequence.name
    return switch layout {
    case .flat: ["times/\(name)_time.txt", "\(name).txt"]
    case .repeated(let count):
      ["\(name)/\(name)_time.txt"] + (1...max(count, 1)).map { "\(name)/\(name)_\(padded($0, 3)).txt" }
    }
  }

  /// How many frames are tracked, over all repetitions.
  public func frameCount(of sequence: any BoxAnnotated) -> Int {
    let annotated = sequence.annotatedFrames
    let count = annotated.count == 1 ? sequence.frameCount : (annotated.last ?? -1) + 1
    return (count - (annotated.first ?? 0)) * (files(of: sequence).count - 1)
  }

  /// Runs trackers over a sequence and writes its files.
  public func run(
    _ makeTracker: @escaping TrackerFactory, on sequence: any BoxAnnotated, into folder: URL,
    advance: (Double) throws -> Void
  ) throws {
    let files = files(of: sequence).map { folder.appending(path: $0) }
    let passes = try files.dropFirst().map { _ in try OnePass(makeTracker, sequence, advance) }
    let times = passes[0].seconds.indices.map { frame in
      passes.map { "\($0.seconds[frame])" }.joined(separator: ",") + "\n"
    }
    try writeResult(times.joined(), to: files[0])
    for (pass, file) in zip(passes, files.dropFirst()) {
      try writeResult(pass.boxes.map(line).joined(), to: file)
    }
  }

  /// A box as the benchmarks' toolkits read it: numbers, of lost ones too.
  private func line(_ box: Box?) -> String {
    guard let box else { return "0,0,0,0\n" }
    let origin = if case .flat(let origin) = layout { origin } else { 0.0 }
    return "\(box.x + origin),\(box.y + origin),\(box.width),\(box.height)\n"
  }
}

/// One target's boxes and times, from the first annotated frame on.
private struct OnePass {
  var boxes: [Box?] = []
  var seconds: [Double] = []

  init(_ makeTracker: TrackerFactory, _ sequence: any BoxAnnotated, _ advance: (Double) throws -> Void) throws
  {
    let annotated = sequence.annotatedFrames
    guard let first = annotated.first,
      let start = try annotated.first(where: { try sequence.region($0) != nil }),
      let region = try sequence.region(start)
    else { throw ExperimentError.noTarget(sequence: sequence.name) }
    boxes = Array(repeating: nil, count: start - first)
    seconds = Array(repeating: 0, count: start - first)
    var tracker = TimedTracker(try makeTracker())
    let end = annotated.count == 1 ? sequence.frameCount : annotated.last! + 1
    for frame in start..<end {
      let image = try sequence.image(frame)
      if frame == start {
        seconds.append(try tracker.start(image, on: region))
        boxes.append(region.boundingBox)
      } else {
        let (target, time) = try tracker.track(image)
        seconds.append(time)
        boxes.append(target?.region.boundingBox)
      }
      try advance(seconds.last!)
    }
  }
}

/// A number with zeros in front, so many digits.
func padded(_ number: Int, _ digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
