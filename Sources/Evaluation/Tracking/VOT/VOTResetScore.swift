import Foundation
import Tensor
import Vision

/// Accuracy, robustness and expected overlap by VOT's reset protocol of 2015 to 2019 (Kristan et al., "A novel performance
/// evaluation methodology for single-target trackers", TPAMI 2016): after a failure, an overlap of 0, the tracker is started
/// again. As the toolkits compute them.
public struct VOTResetScore: Sendable, Equatable {
  /// The mean overlap over the frames of all sequences, each the mean of its runs, without ten from each start on.
  public let accuracy: Double
  /// How often the tracker fails in all sequences, the mean over the runs.
  public let failures: Double
  /// The number of frames of all sequences.
  public let frameCount: Int
  /// The overlap to be expected, on average from the second frame on, in a sequence of 1, 2, 3, … frames; 0 of lengths that
  /// tell nothing.
  public let expectedOverlap: [Double]

  /// Failures in a hundred frames.
  public var robustness: Double { 100 * failures / Double(max(frameCount, 1)) }
  /// How likely the tracker is to follow its target through so many frames: e to the minus `frames` times the failures per
  /// frame. 30 is the sensitivity of VOT's plots.
  public func reliability(frames: Double = 30) -> Double { exp(-frames * robustness / 100) }

  /// The scores of some sequences, of each of which there is a run or several.
  public init(_ sequences: [[VOTResetRun]]) {
    let sequences = sequences.filter { !$0.isEmpty }
    frameCount = sequences.reduce(0) { $0 + $1[0].frameCount }
    failures = sequences.reduce(0) { $0 + $1.map { Double($0.failureCount) }.mean }
    accuracy =
      sequences.flatMap { runs in
        runs[0].overlaps.indices.compactMap { frame in
          let known = runs.compactMap { $0.accuracyOverlaps[frame] }
          return known.isEmpty ? nil : known.mean
        }
      }.mean
    let length = sequences.map { $0[0].frameCount }.max() ?? 0
    var curve = ExpectedOverlap(length: length)
    for runs in sequences {
      for run in runs {
        for fragment in run.fragments { curve.add(fragment, weight: 1 / Double(runs.count)) }
      }
    }
    expectedOverlap = curve.values
  }

  /// The expected average overlap, EAO: the mean over lengths of sequences. Nil where no sequence is that long.
  public func expectedAverageOverlap(_ lengths: ClosedRange<Int>) -> Double? {
    let known = lengths.clamped(to: 1...max(expectedOverlap.count, 1))
    guard expectedOverlap.count >= lengths.lowerBound else { return nil }
    return (expectedOverlap[(known.lowerBound - 1)...(known.upperBound - 1)] as ArraySlice<Double>).mean
  }
}

/// The curve of expected overlaps in the making.
private struct ExpectedOverlap {
  private var sums: [Double]
  private var weights: [Double]

  init(length: Int) {
    sums = [Double](repeating: 0, count: length)
    weights = sums
  }

  /// Adds the mean overlap of the frames 2 to n for each length n that the fragment tells of.
  mutating func add(_ fragment: OverlapFragment, weight: Double) {
    var sum = 0.0
    for frame in 0..<(fragment.isCutOff ? sums.count : fragment.overlaps.count) where frame > 0 {
      if frame < fragment.overlaps.count {
        sum += fragment.overlaps[fragment.overlaps.startIndex + frame]
      }
      sums[frame] += weight * sum / Double(frame)
      weights[frame] += weight
    }
  }

  var values: [Double] {
    sums.indices.map { $0 == 0 ? 1 : weights[$0] > 0 ? sums[$0] / weights[$0] : 0 }
  }
}
