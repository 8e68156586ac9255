import Foundation
import Tensor
import Testing

@testable import Vision

@Suite struct PolygonTests {
  @Test func centresDecide() {
    let triangle = Mask(.polygon([Point(0, 0), Point(4, 0), Point(0, 4)]), height: 4, width: 4)
    // The long side runs through four centres, which are to its left.
    #expect(triangle == mask("###.", "##..", "#...", "...."))
    let other = Mask(.polygon([Point(4, 0), Point(4, 4), Point(0, 4)]), height: 4, width: 4)
    #expect(triangle.area + other.area == 16 && triangle.iou(other) == 0)
    #expect(Mask(.polygon([Point(0.4, 0), Point(0.6, 0), Point(0.4, 1)]), height: 1, width: 1).area == 0)
  }

  @Test func rulesDifferWherePolygonsOverlap() {
    let outline = Outline(
      polygons: [Box(x: 0, y: 0, width: 3, height: 1), Box(x: 2, y: 0, width: 3, height: 1)].map {
        Region.box($0).corners
      })
    #expect(Mask(outline, height: 1, width: 6) == mask("#####."))
    #expect(Mask(outline, height: 1, width: 6, rule: .evenOdd) == mask("##.##."))
  }

  @Test func whatIsOutsideOrNowhereSetsNothing() {
    let far = [Point(-1e300, -1e300), Point(1e300, -1e300), Point(1e300, 1e300), Point(-1e300, 1e300)]
    #expect(Mask(.polygon(far), height: 2, width: 3).area == 6)
    #expect(Mask(.polygon(far.map { $0 + Point(1e301, 0) }), height: 2, width: 3).area == 0)
    #expect(Mask(.polygon([Point(0, 0), Point(.nan, 0), Point(2, 2)]), height: 2, width: 3).area == 0)
    #expect(Mask(Outline(polygons: [[], [Point(1, 1)]]), height: 2, width: 3).area == 0)
  }

  @Test func hulls() {
    let square = [Point(0, 0), Point(2, 0), Point(2, 2), Point(0, 2)]
    let hull = ConvexPolygon(hullOf: square + [Point(1, 1), Point(1, 0), Point(2, 2)])
    #expect(Set(hull.corners) == Set(square) && hull.corners.count == 4 && hull.area == 4)
    #expect(hull.contains(Point(2, 1)) && !hull.contains(Point(2.1, 1)))
    #expect(
      ConvexPolygon(hullOf: [Point(0, 0), Point(1, 1), Point(2, 2)]).corners == [Point(0, 0), Point(2, 2)])
    #expect(ConvexPolygon(hullOf: [Point(1, 2), Point(1, 2)]).corners == [Point(1, 2)])
    #expect(ConvexPolygon(hullOf: [Point]()).corners.isEmpty)
    #expect(ConvexPolygon(hullOf: [Point(0, 0), Point(.nan, 1), Point(2, 0)]).corners.isEmpty)
    #expect(ConvexPolygon(hullOf: mask("...", ".##", "..#")).area == 3.5)
    var generator = SeededGenerator(seed: 3)
    for count in [3, 5, 20, 100] {
      let points = randomPoints(count: count, size: 10, using: &generator)
      let hull = ConvexPolygon(hullOf: points)
      #expect(points.allSatisfy { point in hull.contains(point) || hull.corners.contains(point) })
      #expect(hull.corners.allSatisfy(points.contains))
    }
  }

  @Test func polygonsOverlap() {
    func polygon(_ x: Double, _ y: Double, _ angle: Double) -> ConvexPolygon {
      ConvexPolygon(
        hullOf: .rotatedBox(RotatedBox(center: Point(x, y), width: 4, height: 2, angle: angle)))
    }
    let upright = polygon(0, 0, 0)
    #expect(abs(upright.iou(polygon(0, 0, .pi / 2)) - 4.0 / 12) < 1e-12)
    #expect(abs(upright.iou(polygon(2, 1, 0)) - 2.0 / 14) < 1e-12)
    #expect(upright.iou(polygon(4, 0, 0)) == 0 && upright.iou(polygon(9, 9, 1)) == 0)
    #expect(abs(upright.iou(ConvexPolygon(hullOf: .mask(mask("####", "####"), x: -2, y: -1))) - 1) < 1e-12)
    // An octagon is what a square and the same one turned by an eighth have in common.
    let squares = [0, Double.pi / 4].map { RotatedBox(center: Point(5, 5), width: 2, height: 2, angle: $0) }
    let octagon = 8 * (2.0.squareRoot() - 1)
    #expect(abs(squares[0].iou(squares[1]) - octagon / (8 - octagon)) < 1e-12)
    let nothing = ConvexPolygon(hullOf: [Point(1, 1), Point(2, 2)])
    #expect(nothing.iou(nothing) == 0 && nothing.iou(upright) == 0 && upright.area == 8)
    #expect(polygon(.nan, 0, 0).iou(upright) == 0)
  }

  @Test func overlapsAreThoseOfManyPoints() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<6 {
      let hulls = (0..<2).map { _ in
        ConvexPolygon(hullOf: randomPoints(count: 6, size: 100, using: &generator).map { $0 + Point(50, 50) })
      }
      let masks = hulls.map { Mask(.polygon($0.corners), height: 100, width: 100) }
      #expect(abs(hulls[0].iou(hulls[1]) - masks[0].iou(masks[1])) < 0.02)
      #expect(abs(hulls[0].iou(hulls[1]) - hulls[1].iou(hulls[0])) < 1e-12)
      #expect(abs(hulls[0].iou(hulls[0]) - 1) < 1e-12)
    }
  }
}
