import Foundation
import Tensor
import Testing

@testable import Vision

@Suite struct FlowFieldTests {
  @Test func tensorsAndSubscripts() {
    let flow = FlowField(height: 2, width: 3, vectors: (0..<12).map { Float($0) })
    #expect(flow[2, 1] == SIMD2(10, 11))
    #expect(flow.tensor().shape == [2, 3, 2])
    #expect(FlowField(flow.tensor()) == flow)
    #expect(FlowField(height: 1, width: 2, vectors: [3, 4, 0, -2]).magnitude().array() == [5, 2])
  }

  @Test func endPointErrorsLeaveOutWhatIsUnknown() {
    let still = FlowField(height: 1, width: 2)
    let half = Mask(height: 1, width: 2, values: [1, 0])
    let moved = FlowField(height: 1, width: 2, vectors: [3, 4, 6, 8])
    #expect(still.endPointError(to: moved) == 7.5)
    #expect(still.endPointError(to: moved, within: half) == 5)
    #expect(FlowField(height: 1, width: 2, vectors: [3, 4, 6, 8], known: half).endPointError(to: still) == 5)
    #expect(still.endPointError(to: moved, within: Mask(height: 1, width: 2)) == nil)
  }

  @Test func warpingByWholePixelsIsACropThatRepeatsItsEdge() {
    let image = patternImage()
    let warped = image.warped(by: FlowField(height: 9, width: 13, everywhere: SIMD2(2, -3)))
    for y in 0..<9 {
      for x in 0..<13 {
        for c in 0..<3 { #expect(warped[x, y, c] == image[min(x + 2, 12), max(y - 3, 0), c]) }
      }
    }
    #expect(image.warped(by: FlowField(height: 9, width: 13)) == image)
  }

  @Test func warpingIsBilinear() {
    let image = Image(height: 2, width: 3, channels: 1, pixels: [0, 12, 20, 40, 60, 80])
    let flow = FlowField(height: 2, width: 3, everywhere: SIMD2(0.25, 0.5))
    // Down the middle (20, 36, 50), then a quarter of the way to the next; the last row and column repeat.
    #expect(image.warped(by: flow).pixels == [24, 40, 50, 45, 65, 80])
  }

  @Test func occlusionsAreWhereTheFlowsDisagree() {
    // A square of 4×4 moves 3 pixels to the right over a still background.
    func square(at left: Int, moving motion: Float) -> FlowField {
      let inside = Mask(Box(x: Double(left), y: 2, width: 4, height: 4), height: 8, width: 12)
      return FlowField(height: 8, width: 12, vectors: inside.values.flatMap { [Float($0) * motion, 0] })
    }
    let hidden = square(at: 2, moving: 3).occlusions(against: square(at: 5, moving: -3))
    #expect(hidden == Mask(Box(x: 6, y: 2, width: 3, height: 4), height: 8, width: 12))
    let leaving = FlowField(height: 2, width: 4, everywhere: SIMD2(1.5, 0))
    let back = FlowField(height: 2, width: 4, everywhere: SIMD2(-1.5, 0))
    #expect(leaving.occlusions(against: back).values == [0, 0, 1, 1, 0, 0, 1, 1])
  }

  @Test func whatIsNoNumberIsBlackInPictures() {
    let vectors: [Float] = [.nan, 0, 1, .infinity, -.infinity, .nan, 2, 0, 3e38, 3e38]
    let flow = FlowField(height: 1, width: 5, vectors: vectors)
    for longest in [nil, 2, 0, -1, .nan, .infinity] as [Double?] {
      let pixels = flow.picture(longest: longest).pixels
      #expect(pixels[..<9].allSatisfy { $0 == 0 } && pixels[9...].contains { $0 > 0 })
    }
    #expect(flow.picture(longest: 2).pixels[9..<12] == [255, 0, 0])
    #expect(
      FlowField(height: 1, width: 1, vectors: [.nan, .nan]).picture().pixels == [0, 0, 0], "nothing is known")
  }

  @Test func picturesShowDirectionAndLength() {
    let flow = FlowField(
      height: 1, width: 4, vectors: [2, 0, -2, 0, 0, 0, 1, 0],
      known: Mask(height: 1, width: 4, values: [1, 1, 1, 0]))
    let picture = flow.picture()
    #expect([picture[0, 0, 0], picture[0, 0, 1], picture[0, 0, 2]] == [255, 0, 0], "to the right is red")
    #expect(picture[1, 0, 0] < 10 && picture[1, 0, 2] > 200, "to the left is blue")
    #expect([picture[2, 0, 0], picture[2, 0, 1], picture[2, 0, 2]] == [255, 255, 255], "nothing moves")
    #expect([picture[3, 0, 0], picture[3, 0, 1], picture[3, 0, 2]] == [0, 0, 0], "unknown")
    let half = flow.picture(longest: 4)
    #expect([half[0, 0, 0], half[0, 0, 1], half[0, 0, 2]] == [255, 127, 127])
  }
}
