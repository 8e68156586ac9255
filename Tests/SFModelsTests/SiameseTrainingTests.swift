import Datasets
import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing
import Vision

/// What Siamese networks are trained by, against cases worked out by hand.
@Suite struct SiameseTrainingTests {
  @Test func theGridIsAroundTheMiddle() {
    let anchors = Anchors(grid: 19, searchSize: 271)
    #expect(anchors.count == 1805)
    let middle = anchors.boxes[(9 * 19 + 9) * 5..<(9 * 19 + 10) * 5]
    #expect(middle.allSatisfy { $0.centerX == 135.5 && $0.centerY == 135.5 })
    #expect(middle.map(\.width) == [104, 88, 64, 40, 32] && middle.map(\.height) == [32, 40, 64, 80, 96])
    #expect(anchors.boxes[0].centerX == 63.5 && anchors.boxes[0].centerY == 63.5)
    #expect(anchors.boxes[5].centerX == 71.5 && anchors.boxes[5].centerY == 63.5)
    #expect(anchors.boxes.last!.centerX == 207.5 && anchors.boxes.last!.centerY == 207.5)
  }

  @Test func defaultBoxesAreSquaresAndPairs() {
    let anchors = Anchors(maps: [.init(side: 2, stride: 8, size: 4, nextSize: 9, ratios: [4])])
    #expect(anchors.count == 16)
    #expect(anchors.boxes[0..<4].map(\.width) == [4, 6, 8, 2])
    #expect(anchors.boxes[0..<4].map(\.height) == [4, 6, 2, 8])
    #expect(anchors.boxes[4].centerX == 12 && anchors.boxes[4].centerY == 4)
    #expect(anchors.boxes[8].centerX == 4 && anchors.boxes[8].centerY == 12)
  }

  @Test func eachNetworkHasABoxForEachAnswer() {
    #expect(SiamRPN(.tiny).anchors.count == 1805)
    #expect(SiamConcatRPN(.tiny).anchors.count == 8732)
    #expect(SiamBroadcastRPN(.tiny).anchors.count == 7680)
  }

  private static let anchors = Anchors([
    Box(x: 0, y: 0, width: 10, height: 10), Box(x: 5, y: 0, width: 10, height: 10),
    Box(x: 40, y: 40, width: 10, height: 10),
  ])
  private static let matching = AnchorMatching(positive: 0.55, negative: 0.3)

  @Test func overlapsDecide() {
    // Overlaps of 1, 1/3 and 0.
    let truth = Self.matching(Box(x: 0, y: 0, width: 10, height: 10), Self.anchors, .plain)
    #expect(truth.labels == [1, -1, 0] && truth.best == 0)
    #expect(truth.offsets == [Float](repeating: 0, count: 12))
  }

  @Test func theBestIsPositiveInAnyCase() {
    // Overlaps of 1/2 and of 25/125.
    let truth = Self.matching(Box(x: 0, y: 0, width: 10, height: 5), Self.anchors, .plain)
    #expect(truth.labels == [1, 0, 0] && truth.best == 0)
    #expect(truth.offsets[1] == -0.25 && truth.offsets[3] == Float(log(0.5)))
  }

  @Test(arguments: [
    nil, Box(x: 0, y: 0, width: 0, height: 10), Box(x: 0, y: 0, width: -4, height: 10),
    Box(x: .nan, y: 0, width: 10, height: 10), Box(x: 0, y: 0, width: .infinity, height: 10),
    Box(x: 100, y: 100, width: 10, height: 10),
  ]) func aTargetThatCoversNoAnchorLeavesNegatives(_ target: Box?) {
    let truth = Self.matching(target, Self.anchors, .plain)
    #expect(truth.labels == [0, 0, 0] && truth.best == nil)
  }

  @Test func offsetsAreThoseOfTheReport() {
    let anchor = Box(centerX: 10, centerY: 20, width: 10, height: 10)
    let box = Box(centerX: 12, centerY: 20, width: 20, height: 5)
    let plain = BoxCoding.plain.offsets(of: box, from: anchor)
    #expect(plain == SIMD4(0.2, 0, log(2), log(0.5)))
    let ssd = BoxCoding.ssd.offsets(of: box, from: anchor)
    #expect(ssd == SIMD4(0.2 / 0.1, 0, log(2) / 0.2, log(0.5) / 0.2))
    for coding in [BoxCoding.plain, .ssd] {
      let back = coding.box(of: coding.offsets(of: box, from: anchor), from: anchor)
      #expect(back.iou(box) > 1 - 1e-9)
    }
    let wild = BoxCoding.plain.box(of: SIMD4(0, 0, 1000, 1000), from: anchor)
    #expect(abs(wild.width - 625) < 1e-6 && abs(wild.height - 625) < 1e-6)
  }

  /// Three anchors: positive, negative, ignored; the network knows nothing, and errs by half in one offset.
  @Test func theLossesAreThoseWorkedOutByHand() {
    func value(_ loss: SiameseLoss) -> SiameseLoss.Value {
      var offsets = [Float](repeating: 0, count: 12)
      offsets[2] = 0.5
      offsets[9] = 7
      return loss(
        logits: Tensor(zeros: [1, 3, 2]), offsets: Tensor(offsets, shape: [1, 3, 4]),
        labels: Tensor([1, 0, -1] as [Int32], shape: [1, 3]), trueOffsets: Tensor(zeros: [1, 3, 4]))
    }
    let report = value(.report)
    #expect(abs(report.confidence.item - 2 * log(2)) < 1e-6 && abs(report.regression.item - 0.125) < 1e-6)
    #expect(abs(report.total.item - (2 * log(2) + 1.5 * 0.125)) < 1e-6)
    let code = value(.code)
    #expect(abs(code.confidence.item - log(2)) < 1e-6 && abs(code.regression.item - 0.125 / 4) < 1e-6)
    #expect(abs(code.total.item - (log(2) + 2 * 0.125 / 4)) < 1e-6)
  }

  /// Of twenty negatives beside one positive the ten hardest count, in each image by itself.
  @Test func theHardestNegativesCount() {
    var logits = [Float](repeating: 0, count: 2 * 21 * 2)
    for image in 0..<2 {
      for anchor in 1..<21 { logits[(image * 21 + anchor) * 2] = Float(anchor) }
    }
    var labels = [Int32](repeating: 0, count: 42)
    labels[0] = 1
    labels[21] = 1
    let value = SiameseLoss.report(
      logits: Tensor(logits, shape: [2, 21, 2]), offsets: Tensor(zeros: [2, 21, 4]),
      labels: Tensor(labels, shape: [2, 21]), trueOffsets: Tensor(zeros: [2, 21, 4]))
    let hardest = (1...10).reduce(log(2)) { $0 + log(1 + exp(-Double($1))) }
    #expect(abs(value.confidence.item - hardest) < 1e-5)
  }

  @Test func withoutPositivesTheLossIsFinite() {
    for loss in SiameseLoss.allCases {
      let value = loss(
        logits: Tensor(normal: [2, 5, 2], seed: 1), offsets: Tensor(normal: [2, 5, 4], seed: 2),
        labels: Tensor(zeros: [2, 5], dtype: .int32), trueOffsets: Tensor(zeros: [2, 5, 4]))
      #expect(value.total.item.isFinite && value.regression.item == 0)
    }
  }

  @Test(arguments: SiameseLoss.allCases) func gradientsAreThoseOfDifferences(_ loss: SiameseLoss) {
    let labels = Tensor([1, 0, 0, -1, 0, 1, 0, 0] as [Int32], shape: [2, 4])
    let truth = Tensor(normal: [2, 4, 4], dtype: .float64, seed: 3)
    let test = GradientCase("\(loss)", inputs: [[2, 4, 2], [2, 4, 4]]) {
      loss(logits: $0[0], offsets: $0[1], labels: labels, trueOffsets: truth).total
    }
    #expect(gradientErrors(test) == [])
  }
}
