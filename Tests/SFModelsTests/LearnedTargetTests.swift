import Foundation
import Tensor
import Testing
import Vision

@testable import SFModels

@Suite struct LearnedTargetTests {
  private let start = Box(x: 60, y: 40, width: 24, height: 30)

  /// A target of stripes on noise, as large as told.
  private func frame(_ target: Box) -> Image {
    var generator = SeededGenerator(seed: 4)
    let pixels: [UInt8] = (0..<120 * 160 * 3).map { _ in UInt8(generator.integer(60..<90)) }
    var image = Image(height: 120, width: 160, channels: 3, pixels: pixels)
    image.fill(.rectangle(target), with: Color(200, 90, 40))
    for part in [0.2, 0.6] {
      image.fill(
        .rectangle(
          Box(
            x: target.x + target.width * 0.2, y: target.y + target.height * part, width: target.width * 0.6,
            height: target.height * 0.15)), with: .white)
    }
    return image
  }

  /// What the network told too large by half where the box was given is taken off later boxes.
  @Test func theFirstErrorIsTakenOff() {
    let told = Box(centerX: 72, centerY: 55, width: 36, height: 24)
    let learned = LearnedTarget(frame(start), start, told: told)
    let corrected = learned.corrected(Box(centerX: 80, centerY: 60, width: 54, height: 24))
    #expect(abs(corrected.width - 36) < 1e-9 && abs(corrected.height - 30) < 1e-9)
    #expect(corrected.centerX == 80 && corrected.centerY == 60)
  }

  /// A box elsewhere or none is no error of size, and none is trusted beyond twice.
  @Test func anErrorIsNotTakenOffWhereTheNetworkFailed() {
    let box = Box(x: 10, y: 10, width: 20, height: 20)
    for told in [nil, start.translated(x: 20, y: 0)] {
      #expect(LearnedTarget(frame(start), start, told: told).corrected(box) == box)
    }
    let large = Box(centerX: 72, centerY: 55, width: 72, height: 30)
    #expect(abs(LearnedTarget(frame(start), start, told: large).corrected(box).width - 10) < 1e-9)
  }

  @Test func theResponseIsHighestWhereTheTargetWent() {
    let moved = start.translated(x: 9, y: -6)
    let response = LearnedTarget(frame(start), start, told: nil).response(frame(moved), around: start)
    let there = response.value(x: moved.centerX, y: moved.centerY)
    #expect(there > 0.8 && there <= 1 && response.value(x: start.centerX, y: start.centerY) < there / 2)
    #expect(response.value(x: 1e6, y: 0) == 0 && response.value(x: .nan, y: 0) == 0)
  }

  @Test func theSizeIsBetweenWhatTheNetworkAndTheFilterSay() {
    let grown = start.scaled(by: 1.12)
    var learned = LearnedTarget(frame(start), start, told: nil)
    let kept = learned.follow(frame(grown), start, before: start)
    #expect(kept.width > start.width && kept.width < grown.width && kept.centerX == start.centerX)
  }

  /// Nothing is learned of a frame without contours, and nothing goes wrong.
  @Test func aFrameOfOneColourIsSurvived() {
    let flat = Image(height: 120, width: 160, color: .blue)
    var learned = LearnedTarget(flat, start, told: start)
    #expect(learned.response(flat, around: start).value(x: start.centerX, y: start.centerY).isFinite)
    #expect(learned.follow(flat, start, before: start).area > 0)
  }
}
