import Foundation
import Tensor
import Testing
import Vision

@Suite struct PointFlowTests {
  private func texture(_ dx: Double, _ dy: Double) -> Image {
    let pixels = (0..<80 * 100).map { index in
      let x = Double(index % 100) - dx, y = Double(index / 100) - dy
      return UInt8(128 + 40 * sin(x / 3) * cos(y / 4) + 40 * sin(x / 11 + y / 7) + 30 * cos(y / 5 - x / 13))
    }
    return Image(height: 80, width: 100, channels: 1, pixels: pixels)
  }

  private let points = [Point(30, 30), Point(50.5, 40.25), Point(64, 30), Point(40, 55)]

  @Test(arguments: [(0.0, 0.0), (0.4, -0.3), (3.0, 2.0), (-7.5, 6.25)])
  func followsAMotion(_ dx: Double, _ dy: Double) {
    let ends = pointFlow(of: points, from: texture(0, 0), to: texture(dx, dy))
    for (start, end) in zip(points, ends) {
      #expect(abs(end.x - start.x - dx) < 0.1 && abs(end.y - start.y - dy) < 0.1, "\(start) → \(end)")
    }
  }

  @Test func aFlatImageMovesNothing() {
    let flat = Image(height: 20, width: 20, channels: 1, filledWith: 9)
    #expect(pointFlow(of: [Point(10, 10)], from: flat, to: flat) == [Point(10, 10)])
  }

  /// Points may lie anywhere, images be of a pixel; what is told is finite.
  @Test func edges() {
    let places = [Point(0, 0), Point(100, 80), Point(-50, 20), Point(1000, -1000)]
    for (first, second) in [
      (texture(0, 0), texture(5, 5)),
      (Image(height: 1, width: 1), Image(height: 1, width: 1, filledWith: 255)),
    ] {
      let ends = pointFlow(of: places, from: first, to: second)
      #expect(ends.count == 4 && ends.allSatisfy { $0.x.isFinite && $0.y.isFinite })
    }
    #expect(pointFlow(of: [], from: texture(0, 0), to: texture(0, 0)).isEmpty)
  }
}
