import Foundation
import Tensor
import TestSupport
import Testing
import Vision

@testable import SFModels

@Suite struct CorrelationFilterTests {
  private let height = 20, width = 24
  private var wished: Tensor { CorrelationFilter.bell([height, width], deviation: 1.5) }

  /// What was learned is answered as wished, and shifted by as much as it is.
  @Test func aShiftShiftsTheResponse() {
    let sample = Tensor(normal: [height, width, 3], seed: 1)
    var filter = CorrelationFilter(wished: wished, rate: 0.1, regularization: 1e-6)
    filter.learn(sample)
    #expect(distance(filter.response(to: sample), wished) < 1e-4)
    let peak = ResponsePeak(filter.response(to: sample.rolled(by: 3, axis: 1).rolled(by: -4, axis: 0)))
    #expect(abs(peak.x - 3) < 0.01 && abs(peak.y + 4) < 0.01 && abs(peak.value - 1) < 0.01)
    #expect(peak.sharpness > 7)
  }

  @Test func aRateOfOneForgets() {
    let samples = [1, 2].map { Tensor(normal: [height, width, 2], seed: $0) }
    var once = CorrelationFilter(wished: wished, rate: 1, regularization: 0.01), twice = once
    once.learn(samples[1])
    twice.learn(samples[0])
    twice.learn(samples[1])
    #expect(distance(once.response(to: samples[0]), twice.response(to: samples[0])) < 1e-5)
  }

  @Test func aFlatMapHasNoPeak() {
    let peak = ResponsePeak(Tensor(zeros: [5, 6]))
    #expect(peak.sharpness == 0 && peak.value == 0)
    #expect(ResponsePeak(Tensor([0, 1, 1, 0] as [Float], shape: [1, 4])).x == -0.5)
  }
}

@Suite struct ConfinedFilterTests {
  private let side = 24

  private func filter() -> ConfinedFilter {
    ConfinedFilter(
      wished: CorrelationFilter.bell([side, side], deviation: 1), targetHeight: 8, targetWidth: 6)
  }

  private func sample(_ seed: UInt64) -> Tensor { Tensor(normal: [side, side, 4], seed: seed) }

  @Test func aShiftShiftsTheResponse() {
    var filter = filter()
    filter.learn(sample(1))
    let peak = ResponsePeak(filter.response(to: sample(1).rolled(by: -5, axis: 1).rolled(by: 2, axis: 0)))
    #expect(abs(peak.x + 5) < 0.2 && abs(peak.y - 2) < 0.2 && peak.sharpness > 5)
  }

  /// What lies outside the target's 7 rows and columns around the middle does not matter to the response there.
  @Test func itLooksAtTheTargetAlone() {
    var filter = filter()
    filter.learn(sample(1))
    let middle = side / 2
    func isInside(_ y: Int, _ x: Int) -> Bool { abs(y - middle) <= 4 && abs(x - middle) <= 3 }
    let mask = Tensor(
      (0..<side * side).map { isInside($0 / side, $0 % side) ? 1 : 0 as Float }, shape: [side, side, 1])
    let other = sample(1) * mask + sample(2) * (1 - mask)
    let responses = [sample(1), other].map { filter.response(to: $0).array(of: Float.self) }
    let place = middle * side + middle
    #expect(abs(responses[0][place] - responses[1][place]) < 1e-4)
    #expect(abs(responses[0][place + 9] - responses[1][place + 9]) > 1e-3)
  }

  /// It stays near what it was, and comes to answer a new sample as well.
  @Test func itLearnsSlowly() {
    var filter = filter()
    filter.learn(sample(1))
    var heights = [ResponsePeak(filter.response(to: sample(2))).value]
    for _ in 0..<20 {
      filter.learn(sample(2))
      let response = filter.response(to: sample(2))
      heights.append(Double(response.array(of: Float.self)[(side / 2) * side + side / 2]))
    }
    #expect(heights[1] < 0.6 && heights[20] > heights[1] + 0.1, "\(heights)")
  }
}

@Suite struct ScaleFilterTests {
  @Test(arguments: [0.9, 1.0, 1.1]) func tellsAChange(_ factor: Double) {
    let pixels = (0..<200 * 200).map { index in
      let x = Double(index % 200), y = Double(index / 200)
      return UInt8(128 + 60 * sin(x / 4) * cos(y / 5) + 50 * sin(x / 9 + y / 6))
    }
    let image = Image(height: 200, width: 200, channels: 1, pixels: pixels)
    let target = Box(centerX: 100, centerY: 100, width: 50, height: 40)
    var filter = ScaleFilter(image, target)
    // The frame magnified about the target's middle.
    let grown = image.warped(
      by: Affine.translation(-100, -100).then(.scale(factor, factor)).then(.translation(100, 100)),
      height: 200,
      width: 200)
    let found = filter.follow(grown, target)
    #expect(abs(found.width / target.width / factor - 1) < 0.03)
    #expect(abs(found.height / target.height / factor - 1) < 0.03)
  }
}
