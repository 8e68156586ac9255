import Foundation
import Tensor
import Testing

@testable import Vision

/// Rotated boxes around points, masks and ellipses.
@Suite struct BoxFitTests {
  private func isClose(_ a: RotatedBox, _ b: RotatedBox, to tolerance: Double = 1e-9) -> Bool {
    abs(a.center.x - b.center.x) < tolerance && abs(a.center.y - b.center.y) < tolerance
      && abs(a.width - b.width) < tolerance && abs(a.height - b.height) < tolerance
      && abs(a.angle - b.angle) < tolerance
  }

  @Test(arguments: [-0.7, -0.2, 0, 0.3, .pi / 4])
  func theLeastBoxAroundItsCornersIsABox(_ angle: Double) throws {
    let box = RotatedBox(center: Point(3, -2), width: 7, height: 2, angle: angle)
    #expect(isClose(try #require(RotatedBox(enclosing: box.corners + [box.center])), box))
    // A quarter more is the same rectangle by other names.
    let turned = RotatedBox(center: box.center, width: 2, height: 7, angle: angle + .pi / 2)
    #expect(isClose(try #require(RotatedBox(enclosing: turned.corners)), box))
  }

  @Test func pointsLinesAndMasksHaveBoxes() throws {
    #expect(RotatedBox(enclosing: []) == nil && RotatedBox(enclosing: Mask(height: 2, width: 2)) == nil)
    #expect(
      RotatedBox(enclosing: [Point(1, 2)]) == RotatedBox(center: Point(1, 2), width: 0, height: 0, angle: 0))
    let line = try #require(RotatedBox(enclosing: [Point(0, 0), Point(2, 1), Point(4, 2)]))
    #expect(abs(line.width - 20.0.squareRoot()) < 1e-12 && line.height == 0 && line.center == Point(2, 1))
    let upright = Mask(Box(x: 2, y: 1, width: 5, height: 3), height: 8, width: 9)
    #expect(
      isClose(
        try #require(RotatedBox(enclosing: upright)),
        RotatedBox(center: Point(4.5, 2.5), width: 5, height: 3, angle: 0)))
    #expect(RotatedBox(enclosing: [Point(.nan, 0), Point(1, 1)]) == nil)
  }

  // A box of the least area lies along a side of the hull: all of them are tried.
  @Test func noBoxAlongAPairOfPointsIsSmaller() throws {
    var generator = SeededGenerator(seed: 7)
    for count in [2, 3, 4, 6, 10, 10, 10, 30, 30, 30] {
      let points = randomPoints(count: count, size: 10, using: &generator)
      let box = try #require(RotatedBox(enclosing: points))
      let axis = Point(cos(box.angle), sin(box.angle))
      for point in points {
        let offset = point - box.center
        #expect(abs(offset.x * axis.x + offset.y * axis.y) <= box.width / 2 + 1e-9)
        #expect(abs(offset.y * axis.x - offset.x * axis.y) <= box.height / 2 + 1e-9)
      }
      let areas = points.flatMap { from in
        points.filter { $0 != from }.map { to in
          let turned = Affine.rotation(-atan2(to.y - from.y, to.x - from.x))
          return Region.polygon(points.map { turned($0.x, $0.y) }).boundingBox.area
        }
      }
      #expect(abs(box.width * box.height - areas.min()!) < 1e-9)
    }
  }

  @Test(arguments: [-0.6, 0, 0.4])
  func ellipsesAreFound(_ angle: Double) throws {
    let box = RotatedBox(center: Point(31, 27), width: 40, height: 18, angle: angle)
    let turn = Affine.rotation(angle)
    let points = (0..<12).map { turn(20 * cos(0.5 * Double($0)), 9 * sin(0.5 * Double($0))) + box.center }
    #expect(isClose(try #require(RotatedBox(aroundEllipseThrough: points)), box, to: 1e-6))
    #expect(isClose(try #require(RotatedBox(aroundEllipseThrough: Array(points.prefix(5)))), box, to: 1e-4))
    let round = (0..<200).map {
      turn(20 * cos(.pi * Double($0) / 100), 9 * sin(.pi * Double($0) / 100)) + box.center
    }
    let filled = Mask(.polygon(round), height: 60, width: 60)
    #expect(isClose(try #require(RotatedBox(aroundEllipseOf: filled)), box, to: 0.3))
  }

  @Test func noisyPointsHaveAnEllipseNearby() throws {
    var generator = SeededGenerator(seed: 9)
    let noise = randomPoints(count: 60, size: 0.4, using: &generator)
    let points = noise.enumerated().map { Point(10 * cos(Double($0)), 6 * sin(Double($0))) + $1 }
    let box = try #require(RotatedBox(aroundEllipseThrough: points))
    #expect(isClose(box, RotatedBox(center: .zero, width: 20, height: 12, angle: 0), to: 0.3))
  }

  @Test func whatIsNoEllipseHasNone() throws {
    let line = (0..<9).map { Point(Double($0), 2 * Double($0)) }
    #expect(RotatedBox(aroundEllipseThrough: line) == nil)
    #expect(RotatedBox(aroundEllipseThrough: Array(repeating: Point(1, 1), count: 9)) == nil)
    #expect(RotatedBox(aroundEllipseThrough: [Point(0, 0), Point(1, 0), Point(0, 1), Point(1, 1)]) == nil)
    #expect(RotatedBox(aroundEllipseThrough: line.dropLast() + [Point(.infinity, 0)]) == nil)
    #expect(RotatedBox(aroundEllipseOf: Mask(height: 2, width: 2)) == nil)
    // Of a single pixel: the square's own moments.
    let dot = try #require(RotatedBox(aroundEllipseOf: mask("..", ".#")))
    #expect(
      isClose(
        dot,
        RotatedBox(
          center: Point(1.5, 1.5), width: 4 / 12.0.squareRoot(), height: 4 / 12.0.squareRoot(), angle: 0)))
  }
}
