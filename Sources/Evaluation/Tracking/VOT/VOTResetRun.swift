import Tensor
import Vision

/// One run of a tracker over a sequence by VOT's reset protocol beside the truth.
public struct VOTResetRun: Sendable, Equatable {
  /// So many frames from each start on don't count for the accuracy.
  public static let burnIn = 10
  /// The tracker is started again so many frames after the one in which it failed.
  public static let skippedFrames = 5

  /// The overlaps that count for the accuracy; nil in a frame that doesn't.
  let accuracyOverlaps: [Double?]
  /// The overlaps of all frames; 0 where there is none.
  let overlaps: [Double]
  /// The frames in which the tracker failed.
  let failures: [Int]

  /// The number of frames.
  public var frameCount: Int { overlaps.count }
  /// How often the tracker failed.
  public var failureCount: Int { failures.count }

  /// Compares what a tracker told in each frame with the truth; frames of no known truth count like those of no region.
  /// `size` is the images', beyond which nothing counts; without it everything does.
  public init(_ entries: [VOTRegion], truth: [VOTRegion], size: (height: Int, width: Int)?) {
    require(entries.count == truth.count, "VOTResetRun: \(entries.count) entries for \(truth.count) frames")
    func overlap(_ frame: Int, within bounds: PixelWindow?) -> Double? {
      guard let region = entries[frame].region, let truth = truth[frame].region else { return nil }
      return region.overlap(truth, within: bounds, .library)
    }
    failures = entries.indices.filter { entries[$0] == .failure }
    var counts = [Bool](repeating: true, count: entries.count)
    for start in entries.indices where entries[start] == .initialization {
      for frame in start..<min(start + Self.burnIn, entries.count) { counts[frame] = false }
    }
    // The toolkits' accuracy is of one more column and row than the images have.
    let wider = size.map { PixelWindow(lastColumn: $0.width, lastRow: $0.height) }
    accuracyOverlaps = entries.indices.map { counts[$0] ? overlap($0, within: wider) : nil }
    let image = size.map { PixelWindow(lastColumn: $0.width - 1, lastRow: $0.height - 1) }
    overlaps = entries.indices.map { overlap($0, within: image) ?? 0 }
  }

  /// The mean of the overlaps that count; 0 where there is none.
  public var accuracy: Double { accuracyOverlaps.compactMap { $0 }.mean }

  /// The parts between starts.
  var fragments: [OverlapFragment] {
    // A failure so near the end that the tracker isn't started again ends nothing.
    let starts = [0] + failures.map { $0 + Self.skippedFrames }.filter { $0 <= overlaps.count }
    let ends = starts.dropFirst() + [overlaps.count]
    return zip(starts, ends).enumerated().map { index, part in
      OverlapFragment(overlaps: overlaps[part.0..<part.1], isCutOff: index < starts.count - 1)
    }
  }
}

/// The overlaps of a tracker from a start to its failure or to the sequence's end, the start with them.
struct OverlapFragment {
  let overlaps: ArraySlice<Double>
  /// Whether the tracker failed: it would have, however long the sequence.
  let isCutOff: Bool
}
