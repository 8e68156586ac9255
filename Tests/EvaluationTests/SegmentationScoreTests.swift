import Testing
import Vision

@testable import Evaluation

@Suite struct SegmentationScoreTests {
  private func mask(_ rows: String...) -> Mask {
    Mask(height: rows.count, width: rows[0].count, values: rows.joined().map { $0 == "#" ? 1 : 0 })
  }

  @Test func aMaskMatchesItsOwnBoundary() {
    let square = Mask(Box(x: 20, y: 20, width: 30, height: 30), height: 80, width: 100)
    #expect(boundaryMeasure(square, square) == 1)
    let empty = Mask(height: 80, width: 100)
    #expect(boundaryMeasure(empty, empty) == 1)
    #expect(boundaryMeasure(square, empty) == 0)
    #expect(boundaryMeasure(empty, square) == 0)
  }

  @Test func boundariesWithinTheToleranceMatch() {
    // The diagonal is 128: the tolerance is 0.008 · 128, rounded up to 2.
    let square = Mask(Box(x: 20, y: 20, width: 30, height: 30), height: 80, width: 100)
    let near = Mask(Box(x: 22, y: 20, width: 30, height: 30), height: 80, width: 100)
    let far = Mask(Box(x: 23, y: 20, width: 30, height: 30), height: 80, width: 100)
    #expect(boundaryMeasure(near, square) == 1)
    #expect(boundaryMeasure(far, square) < 1)
    #expect(boundaryMeasure(far, square, tolerance: 3) == 1)
  }

  @Test func precisionAndRecallAreCountedOnBoundaryPixels() {
    // The truth's boundary: (0,0), (1,0), (0,1), (1,1); the prediction's: (0,0), (1,0), (2,0), (3,0)
    // and the same below it. All of the truth's and half of the prediction's have a match.
    let truth = mask("..........", ".#........", "..........", "..........")
    let prediction = mask("..........", ".###......", "..........", "..........")
    #expect(abs(boundaryMeasure(prediction, truth, tolerance: 0) - 2 / 3) < 1e-12)
  }

  @Test func theBoundaryRunsAlongTheFramesEdgeToo() {
    // Past the last row pixels are compared to the right only.
    let truth = mask("....", "....", ".##.")
    #expect(boundaryMeasure(truth, truth, tolerance: 0) == 1)
    #expect(boundaryMeasure(mask("....", "....", ".#.."), truth, tolerance: 0) < 1)
  }

  @Test func aSequenceIsSummedUpByMeanRecallAndDecay() {
    let score = SequenceScore(frames: [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    #expect(abs(score.mean - 0.6) < 1e-12)
    #expect(abs(score.recall - 5 / 9) < 1e-12)
    // Quarters [0...2] and [6...8].
    #expect(abs(score.decay - 0.6) < 1e-12)
  }

  @Test func theEndsMayBeLeftOut() throws {
    let full = Mask(Box(x: 0, y: 0, width: 4, height: 4), height: 8, width: 8)
    let half = Mask(Box(x: 0, y: 0, width: 4, height: 2), height: 8, width: 8)
    let predictions = [full, half, half, full]
    let truth = [full, full, full, full]
    #expect(try SegmentationScore(predictions: predictions, truth: truth).region.mean == 0.5)
    #expect(
      try SegmentationScore(predictions: predictions, truth: truth, excludingEnds: false).region.mean == 0.75)
  }

  @Test(arguments: [0, 1, 2]) func fewFramesAreScoredOrRefused(count: Int) throws {
    let masks = [Mask](
      repeating: Mask(Box(x: 0, y: 0, width: 4, height: 4), height: 8, width: 8), count: count)
    let error = #expect(throws: ScoreError.self) { try SegmentationScore(predictions: masks, truth: masks) }
    #expect("\(error!)".contains("at least 3"))
    if count == 0 {
      #expect(throws: ScoreError.tooFewFrames(0, needed: 1)) {
        try SegmentationScore(predictions: masks, truth: masks, excludingEnds: false)
      }
    } else {
      let score = try SegmentationScore(predictions: masks, truth: masks, excludingEnds: false)
      #expect(score.region == SequenceScore(frames: [1]) && score.boundary.mean == 1)
    }
  }
}
