import Testing
import Vision

@testable import Evaluation

@Suite struct SegmentationScoreTests {
  private func mask(_ rows: String...) -> Mask {
    Mask(height: rows.count, width: rows[0].count, values: rows.joined().map { $0 == "#" ? 1 : 0 })
  }

  @Test func aMaskMatchesItsOwnBoundary() {
    let square = Mask(Box(x: 20, y: 20, width: 30, height: 30), height: 80, width: 100)
    #expect(MaskScore(square, square).boundary == 1)
    let empty = Mask(height: 80, width: 100)
    #expect(MaskScore(empty, empty).boundary == 1)
    #expect(MaskScore(square, empty).boundary == 0)
    #expect(MaskScore(empty, square).boundary == 0)
  }

  @Test func boundariesWithinTheToleranceMatch() {
    // The diagonal is 128: the tolerance is 0.008 · 128, rounded up to 2.
    let square = Mask(Box(x: 20, y: 20, width: 30, height: 30), height: 80, width: 100)
    let near = Mask(Box(x: 22, y: 20, width: 30, height: 30), height: 80, width: 100)
    let far = Mask(Box(x: 23, y: 20, width: 30, height: 30), height: 80, width: 100)
    #expect(MaskScore(near, square).boundary == 1)
    #expect(MaskScore(far, square).boundary < 1)
    #expect(MaskScore(far, square, tolerance: 3).boundary == 1)
  }

  @Test func precisionAndRecallAreCountedOnBoundaryPixels() {
    // The truth's boundary: (0,0), (1,0), (0,1), (1,1); the prediction's: (0,0), (1,0), (2,0), (3,0)
    // and the same below it. All of the truth's and half of the prediction's have a match.
    let truth = mask("..........", ".#........", "..........", "..........")
    let prediction = mask("..........", ".###......", "..........", "..........")
    #expect(abs(MaskScore(prediction, truth, tolerance: 0).boundary - 2 / 3) < 1e-12)
  }

  @Test func theBoundaryRunsAlongTheFramesEdgeToo() {
    // Past the last row pixels are compared to the right only.
    let truth = mask("....", "....", ".##.")
    #expect(MaskScore(truth, truth, tolerance: 0).boundary == 1)
    #expect(MaskScore(mask("....", "....", ".#.."), truth, tolerance: 0).boundary < 1)
  }

  @Test func eachLabelIsComparedByItself() {
    let prediction = IndexedImage(height: 1, width: 6, indices: [1, 1, 2, 2, 0, 0])
    let truth = IndexedImage(height: 1, width: 6, indices: [1, 1, 1, 2, 3, 0])
    #expect(MaskScore(prediction, truth, label: 1).region == 2.0 / 3)
    #expect(MaskScore(prediction, truth, label: 2).region == 0.5)
    #expect(MaskScore(prediction, truth, label: 3) == MaskScore(region: 0, boundary: 0))
    #expect(MaskScore(prediction, truth, label: 4) == .bothEmpty)
    #expect(MaskScore(prediction, truth, label: nil).region == 0.8)
    #expect(
      MaskScore(prediction, truth, label: 1)
        == MaskScore(Mask(prediction, label: 1), Mask(truth, label: 1)))
  }

  // Rows of more than a word, and of less than the last one.
  @Test(arguments: [1, 63, 64, 65, 130]) func scoresAreThoseOfPixelsOneByOne(_ width: Int) {
    let height = 9
    func drawn(_ seed: Int) -> Mask {
      Mask(
        height: height, width: width,
        values: (0..<height * width).map { ($0 * seed + $0 * $0 / 7) % 5 < 2 ? 1 : 0 })
    }
    let (a, b) = (drawn(3), drawn(11))
    func near(_ a: Mask, _ b: Mask) -> Double {
      let (from, to) = (points(a.boundary), points(b.boundary))
      let count = from.count { p in
        to.contains { q in (p.0 - q.0) * (p.0 - q.0) + (p.1 - q.1) * (p.1 - q.1) <= 1 }
      }
      return Double(count) / Double(from.count)
    }
    func points(_ mask: Mask) -> [(Int, Int)] {
      mask.values.indices.filter { mask.values[$0] == 1 }.map { ($0 % width, $0 / width) }
    }
    let (precision, recall) = (near(a, b), near(b, a))
    let score = MaskScore(a, b, tolerance: 1)
    #expect(abs(score.boundary - 2 * precision * recall / (precision + recall)) < 1e-12)
    #expect(abs(score.region - a.iou(b)) < 1e-12)
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
