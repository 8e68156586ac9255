import Testing
import Vision

@Suite struct TargetSurroundingsTests {
  private let target = Box(x: 20, y: 10, width: 10, height: 20)

  @Test func theTargetIsInItsMiddle() {
    let view = TargetSurroundings(around: target, times: 2, height: 40, width: 80)
    #expect(view.part == Box(centerX: 25, centerY: 20, width: 80, height: 40))
    #expect(view.place(target) == Box(centerX: 40, centerY: 20, width: 10, height: 20))
    let wide = TargetSurroundings(
      around: Box(x: 0, y: 0, width: 80, height: 10), times: 2, height: 40, width: 80)
    #expect(wide.part.width == 160 && wide.part.height == 80)
  }

  @Test func whatIsSeenGoesBackToTheFrame() {
    let view = TargetSurroundings(around: target, times: 1.5, height: 60, width: 60)
    let mask = Mask(Box(x: 18, y: 12, width: 9, height: 15), height: 50, width: 40)
    let seen = view.of(mask)
    #expect(seen.height == 60 && seen.boundingBox!.iou(view.place(mask.boundingBox!)) > 0.95)
    #expect(seen.warped(by: view.placeInFrame, height: 50, width: 40) == mask)
    #expect(view.of(mask.image).pixels[30 * 180 + 90] == 255, "RGB of a grey frame")
  }

  @Test func beyondTheFrameThereIsNothingOfAMask() {
    let corner = Box(x: 0, y: 0, width: 4, height: 4)
    let view = TargetSurroundings(around: corner, times: 2, height: 16, width: 16)
    let seen = view.of(Mask(corner, height: 10, width: 10))
    #expect(seen.boundingBox == Box(x: 4, y: 4, width: 8, height: 8))
  }

  @Test func medians() {
    let boxes = [0.0, 1, 5].map { Box(x: $0, y: 2 * $0, width: 3, height: 4) }
    #expect(Box.median(of: boxes) == boxes[1])
    #expect(Box.median(of: Array(boxes.dropLast())) == Box(x: 0.5, y: 1, width: 3, height: 4))
    #expect(Box.median(of: []) == nil)
  }
}
