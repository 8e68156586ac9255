import Testing
import Vision

@testable import Evaluation

@Suite struct TrackingScoreTests {
  private let truth = Box(x: 10, y: 20, width: 40, height: 20)

  /// A box of the truth's size moved to the right: the overlap is (40 − d) / (40 + d).
  private func moved(_ distance: Double) -> Box { truth.translated(x: distance, y: 0) }

  @Test func successIsTheShareOfFramesStrictlyAboveAnOverlap() {
    // Overlaps 1, 0.6, 1/3, 0.
    let score = OnePassScore(
      [truth, moved(10), moved(20), moved(40)], truth: Array(repeating: truth, count: 4))
    #expect(score.success[0] == 0.75, "an overlap of 0 is not above 0")
    #expect(score.success[6] == 0.75 && score.success[7] == 0.5, "1/3 is above 0.3, not 0.35")
    #expect(score.success[12] == 0.25, "0.6 is not above 0.6")
    #expect(score.success[20] == 0, "nothing is above 1")
    #expect(abs(score.successAUC - (0.75 * 7 + 0.5 * 5 + 0.25 * 8) / 21) < 1e-12)
  }

  @Test func precisionCountsDistancesUpToTheThreshold() {
    let score = OnePassScore(
      [truth, moved(10), moved(20), moved(40)], truth: Array(repeating: truth, count: 4))
    #expect(score.precision[0] == 0.25 && score.precision[9] == 0.25 && score.precision[10] == 0.5)
    #expect(score.precisionAt20 == 0.75)
    // A quarter, a half and the whole of the width.
    #expect(score.normalizedPrecision[24] == 0.25 && score.normalizedPrecision[25] == 0.5)
    #expect(score.normalizedPrecisionAt20 == 0.25)
    let down = OnePassScore([truth.translated(x: 0, y: 5)], truth: [truth])
    #expect(
      down.normalizedPrecision[24] == 0 && down.normalizedPrecision[25] == 1, "5 of 20 pixels of height")
  }

  @Test func lostFramesCountAndUnknownOnesDoNot() {
    let score = OnePassScore([truth, nil, truth], truth: [truth, truth, nil])
    #expect(score.success[0] == 0.5 && score.precisionAt20 == 0.5)
    let counted = OnePassScore([truth, nil, truth], truth: [truth, truth, nil], countsAbsent: true)
    #expect(abs(counted.success[0] - 1 / 3) < 1e-12)
    let notFinite = OnePassScore([Box(x: .nan, y: 0, width: 1, height: 1)], truth: [truth])
    #expect(notFinite.successAUC == 0 && notFinite.precision[50] == 0)
    #expect(OnePassScore([], truth: []).successAUC == 0)
  }

  @Test func sequencesCountAlikeWhateverTheirLength() {
    let good = OnePassScore([truth], truth: [truth])
    let bad = OnePassScore([nil, nil, nil], truth: [truth, truth, truth])
    #expect(abs(OnePassScore(meanOf: [good, bad]).successAUC - good.successAUC / 2) < 1e-12)
  }

  @Test func got10kPoolsTheFramesItCounts() {
    var score = GOT10kScore()
    score.add(
      [truth, moved(10), moved(20), moved(40)], truth: Array(repeating: truth, count: 4),
      isVisible: [true, true, true, false], height: 100, width: 200)
    #expect(abs(score.averageOverlap - (0.6 + 1 / 3) / 2) < 1e-12, "neither the first nor the hidden frame")
    #expect(score.successRate(at: 0.5) == 0.5 && score.successRate(at: 0.75) == 0)
    score.add(
      [truth, truth, truth], truth: [truth, truth, truth], isVisible: [true, true, true], height: 100,
      width: 200)
    #expect(abs(score.averageOverlap - (0.6 + 1 / 3 + 2) / 4) < 1e-12)
  }

  @Test func got10kCutsBoxesToTheImage() {
    var score = GOT10kScore()
    let half = Box(x: -20, y: 0, width: 40, height: 20)
    let inside = Box(x: 0, y: 0, width: 20, height: 20)
    score.add([half, half], truth: [inside, inside], isVisible: [true, true], height: 20, width: 30)
    // As the toolkit does, what reaches beyond the left edge is moved, what reaches beyond the right one is cut.
    #expect(score.averageOverlap == 20.0 / 30)
    let right = Box(x: 20, y: 0, width: 40, height: 40)
    let rest = Box(x: 20, y: 0, width: 10, height: 20)
    var cut = GOT10kScore()
    cut.add([right, right], truth: [rest, rest], isVisible: [true, true], height: 20, width: 30)
    #expect(cut.averageOverlap == 1)
  }

  @Test func trackingNetTakesAreasByTrapezoidsOfRoundedBoxes() {
    let score = TrackingNetScore([nil, moved(0.4), moved(10.4)], truth: Array(repeating: truth, count: 3))
    // Overlaps 1, 1 and 0.6, which is at least 0, 0.05, …, 0.6.
    #expect(abs(score.success - (1 * 0.6 + (1 + 2.0 / 3) / 2 * 0.05 + 2.0 / 3 * 0.35)) < 1e-12)
    // Distances 0, 0 and 10 pixels: within 10, 12.5, …, 50.
    #expect(abs(score.precision - (2.0 / 3 * 7.5 + (2.0 / 3 + 1) / 2 * 2.5 + 40) / 50) < 1e-12)
    // A quarter of the width: within 0.25, …, 0.5.
    #expect(
      abs(score.normalizedPrecision - (2.0 / 3 * 0.225 + (2.0 / 3 + 1) / 2 * 0.025 + 0.25) / 0.5) < 1e-12)
    #expect(TrackingNetScore([truth, nil], truth: [truth, truth]).precision < 0.51)
    // A lost target overlaps less than a box elsewhere, whose overlap is at least 0.
    #expect(TrackingNetScore([truth, nil], truth: [truth, truth]).success == 0.5)
    #expect(TrackingNetScore([truth, moved(500)], truth: [truth, truth]).success > 0.51)
  }
}
