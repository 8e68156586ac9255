import Testing
import Vision

@testable import Datasets

@Suite struct SyntheticFlowTests {
  private func sequence(_ seed: UInt64) -> SyntheticSequence {
    SyntheticVideos(seed: seed, sequences: 1, frames: 20, height: 72, width: 128).sequences[0]
  }

  private func meanDifference(_ a: Image, _ b: Image, where mask: Mask) -> Double {
    var sum = 0.0
    for pixel in mask.values.indices where mask.values[pixel] != 0 {
      for c in 0..<3 { sum += abs(Double(a.pixels[3 * pixel + c]) - Double(b.pixels[3 * pixel + c])) }
    }
    return sum / Double(3 * mask.area)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func framesAreEqualAlongTheFlow(seed: UInt64) {
    let video = sequence(seed)
    let truth = video.flow(from: 6, to: 7)
    let visible = Mask(height: 72, width: 128, values: truth.occluded.values.map { 1 - $0 })
    let (here, next) = (video.image(6), video.image(7))
    let along = meanDifference(here, next.warped(by: truth.flow), where: visible)
    let inPlace = meanDifference(here, next, where: visible)
    #expect(along < 0.75 * inPlace && along < 8, "\(along) along the flow, \(inPlace) in place")
    #expect(visible.area > 128 * 72 / 2 && truth.occluded.area > 0)
  }

  @Test func theFlowToTheFrameItselfIsZero() {
    let truth = sequence(5).flow(from: 3, to: 3)
    #expect(truth.flow.vectors.allSatisfy { abs($0) < 1e-3 })
    #expect(truth.occluded.area < 128 * 72 / 50, "rounding at the borders")
  }

  @Test func whatIsNotHiddenComesBack() {
    let video = sequence(6)
    let (there, back) = (video.flow(from: 8, to: 9), video.flow(from: 9, to: 8))
    let disagree = there.flow.occlusions(against: back.flow)
    let differing = zip(disagree.values, there.occluded.values).count { $0 != $1 }
    #expect(Double(differing) < 0.05 * 128 * 72, "\(differing)")
  }

  @Test func theEstimateComesNear() {
    let video = sequence(7)
    let truth = video.flow(from: 6, to: 7)
    let visible = Mask(height: 72, width: 128, values: truth.occluded.values.map { 1 - $0 })
    let error = opticalFlow(from: video.image(6), to: video.image(7)).endPointError(
      to: truth.flow, within: visible)!
    let still = FlowField(height: 72, width: 128).endPointError(to: truth.flow, within: visible)!
    #expect(error < 0.7 * still, "\(error) against \(still) of no flow at all")
  }
}
