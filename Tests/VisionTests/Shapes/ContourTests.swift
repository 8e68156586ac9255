import Testing

@testable import Vision

@Suite struct ContourTests {
  @Test func outlinesRunClockwiseAndHolesCounterclockwise() {
    let ring = mask(
      "....",
      ".###",
      ".#.#",
      ".###")
    let contours = ring.contours().polygons
    #expect(contours.count == 2)
    #expect(Set(contours[0]) == [Point(1, 1), Point(4, 1), Point(4, 4), Point(1, 4)])
    #expect(Set(contours[1]) == [Point(2, 2), Point(3, 2), Point(3, 3), Point(2, 3)])
    #expect(contours.map(polygonArea) == [9, -1])
  }

  @Test func cornersJoinOrPart() {
    let diagonal = mask("#.", ".#")
    #expect(diagonal.contours().polygons.map(polygonArea) == [2])
    #expect(diagonal.contours(connectivity: .four).polygons.map(polygonArea) == [1, 1])
    // Around a hole it is the other way round.
    let holes = mask("####", "#.##", "##.#", "####")
    #expect(holes.contours().polygons.map(polygonArea) == [16, -1, -1])
    #expect(holes.contours(connectivity: .four).polygons.map(polygonArea) == [16, -2])
    #expect(Mask(height: 3, width: 3).contours().polygons.isEmpty)
  }

  @Test(arguments: [Connectivity.four, .eight])
  func contoursGiveTheMaskBack(_ connectivity: Connectivity) {
    for mask in randomMasks(count: 30) {
      let contours = mask.contours(connectivity: connectivity)
      for rule in [FillRule.nonzero, .evenOdd] {
        #expect(Mask(contours, height: mask.height, width: mask.width, rule: rule) == mask)
      }
      let areas = contours.polygons.map(polygonArea)
      #expect(areas.reduce(0, +) == Double(mask.area))
      let sets = ConnectedComponents(mask, connectivity: connectivity).components.count
      #expect(areas.count { $0 > 0 } == sets)
    }
  }

  @Test func boundariesAreThoseOfBerkeley() {
    #expect(
      mask("....", ".##.", ".##.", "....").boundary == mask("###.", "#.#.", "###.", "...."))
    #expect(mask("##", "##").boundary.area == 0)
    for mask in randomMasks(count: 12) {
      let boundary = mask.boundary
      for y in 0..<mask.height {
        for x in 0..<mask.width {
          let (right, below) = (min(x + 1, mask.width - 1), min(y + 1, mask.height - 1))
          let others = [mask[right, y], mask[x, below], mask[right, below]]
          #expect(boundary[x, y] == others.contains(!mask[x, y]))
        }
      }
    }
  }
}
