import Tensor
import Vision

/// One run of a tracker from an anchor on, to the end of its sequence or back to the beginning, beside the truth, as VOT's
/// protocol of 2020 has it.
public struct VOTMultiStartRun: Sendable, Equatable {
  /// A target is lost in a frame where the overlap is no larger.
  public static let lostOverlap = 0.1
  /// A tracker has failed where it has lost its target in so many frames running.
  public static let grace = 10

  /// The overlaps up to the failure, of which the first, the anchor's, is 0.
  let overlaps: [Double]
  /// The number of frames.
  public let frameCount: Int

  /// Whether the tracker failed.
  var hasFailed: Bool { overlaps.count < frameCount }

  /// Compares what a tracker told in each frame with the truth, both in the order in which the frames were tracked. `size`
  /// is the images', beyond which nothing counts; without it everything does.
  public init(_ entries: [VOTRegion], truth: [VOTRegion], size: (height: Int, width: Int)?) {
    require(
      entries.count == truth.count, "VOTMultiStartRun: \(entries.count) entries for \(truth.count) frames")
    let bounds = size.map { PixelWindow(lastColumn: $0.width - 1, lastRow: $0.height - 1) }
    var overlaps: [Double] = []
    var lost = 0
    for (entry, truth) in zip(entries, truth) where lost < Self.grace {
      let overlap = Self.overlap(entry, truth, within: bounds)
      overlaps.append(overlap)
      lost = overlap <= Self.lostOverlap && !truth.isEmpty ? lost + 1 : 0
    }
    if lost == Self.grace { overlaps.removeLast(lost) }
    (self.overlaps, frameCount) = (overlaps, truth.count)
  }

  /// Two entries that show nothing agree.
  private static func overlap(_ a: VOTRegion, _ b: VOTRegion, within bounds: PixelWindow?) -> Double {
    guard let first = a.region, let second = b.region else { return a.isEmpty && b.isEmpty ? 1 : 0 }
    return first.overlap(second, within: bounds, .toolkit) ?? 0
  }
}

/// Accuracy, robustness and expected overlap by the protocol of VOT 2020 and later (Kristan et al., "The eighth visual object
/// tracking VOT2020 challenge results", ECCV workshops 2020): the tracker is started at anchors all over a sequence, and
/// never again. As the Python toolkit computes them.
public struct VOTMultiStartScore: Sendable, Equatable {
  /// The mean overlap over the frames before a failure.
  public let accuracy: Double
  /// The share of frames before a failure, the mean of the sequences by their lengths.
  public let robustness: Double
  /// The overlap to be expected after 0, 1, 2, … frames.
  public let expectedOverlap: [Double]

  /// The scores of some sequences, of each the number of its frames and the runs from its anchors. The expected overlap is
  /// computed for fewer than `length` frames.
  public init(_ sequences: [(frameCount: Int, runs: [VOTMultiStartRun])], length: Int = 755) {
    let sequences = sequences.filter { !$0.runs.isEmpty }
    let runs = sequences.flatMap(\.runs)
    let tracked = runs.reduce(0) { $0 + $1.overlaps.count }
    accuracy = runs.reduce(0) { $0 + $1.overlaps.reduce(0, +) } / Double(max(tracked, 1))
    let shares = sequences.map { sequence in
      let (tracked, all) = sequence.runs.reduce((0, 0)) { ($0.0 + $1.overlaps.count, $0.1 + $1.frameCount) }
      return Double(sequence.frameCount) * Double(tracked) / Double(max(all, 1))
    }
    robustness = shares.reduce(0, +) / Double(max(sequences.reduce(0) { $0 + $1.frameCount }, 1))
    expectedOverlap = Self.curve(runs, length)
  }

  /// The expected average overlap, EAO: the mean over lengths. Nil where nothing is that long.
  public func expectedAverageOverlap(_ lengths: ClosedRange<Int>) -> Double? {
    guard expectedOverlap.count > lengths.lowerBound else { return nil }
    let known = lengths.clamped(to: 0...expectedOverlap.count - 1)
    return (expectedOverlap[known] as ArraySlice<Double>).mean
  }

  private static func curve(_ runs: [VOTMultiStartRun], _ length: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: length)
    var counts = sums
    for run in runs {
      var sum = 0.0
      for frame in 1..<max(1, run.hasFailed ? length : min(run.frameCount, length)) {
        if frame < run.overlaps.count { sum += run.overlaps[frame] }
        // Past the sequence's end the toolkit divides by one frame less.
        sums[frame] += sum / Double(frame < run.frameCount ? frame : max(frame - 1, 1))
        counts[frame] += 1
      }
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }
}

extension VOTRegion {
  /// Whether nothing of the target is there.
  var isEmpty: Bool {
    switch region {
    case nil: true
    case .mask(let mask, _, _): mask.area == 0
    case .some(let region): region.boundingBox.isEmpty
    }
  }
}
