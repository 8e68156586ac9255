import Testing

@testable import Vision

@Suite struct ConnectedComponentTests {
  private let drawing = mask(
    "#..##",
    ".#..#",
    "....#",
    "##...")

  @Test func neighboursAreConnected() {
    let eight = ConnectedComponents(drawing)
    #expect(eight.labels == [1, 0, 0, 2, 2, 0, 1, 0, 0, 2, 0, 0, 0, 0, 2, 3, 3, 0, 0, 0])
    #expect(eight.components.map(\.area) == [2, 4, 2])
    #expect(eight.components[1].box == Box(x: 3, y: 0, width: 2, height: 3))
    let four = ConnectedComponents(drawing, connectivity: .four)
    #expect(four.components.map(\.area) == [1, 4, 1, 2])
    #expect(four.mask(2) == mask(".....", ".#...", ".....", "....."))
  }

  @Test func theLargestStays() {
    #expect(drawing.largestComponent() == mask("...##", "....#", "....#", "....."))
    #expect(Mask(height: 2, width: 3).largestComponent().area == 0)
    #expect(mask("#.#").largestComponent() == mask("#.."))
  }

  // A set that grows together only in its last row.
  @Test func combsAndSpiralsAreOne() {
    #expect(ConnectedComponents(mask("#.#.#", "#.#.#", "#####"), connectivity: .four).components.count == 1)
    let spiral = mask("#######", "#.....#", "#.###.#", "#.#...#", "#.#####")
    #expect(ConnectedComponents(spiral, connectivity: .four).components.map(\.area) == [23])
  }

  @Test(arguments: [Connectivity.four, .eight])
  func noTwoSetsTouchAndEachHoldsTogether(_ connectivity: Connectivity) {
    for mask in randomMasks(count: 12) {
      let found = ConnectedComponents(mask, connectivity: connectivity)
      #expect(found.components.reduce(0) { $0 + $1.area } == mask.area)
      #expect(zip(mask.values, found.labels).allSatisfy { ($0 != 0) == ($1 != 0) })
      // What can be reached from the first pixel of a set, step by step, is the set.
      for (index, component) in found.components.enumerated() {
        var reached = Mask(height: mask.height, width: mask.width)
        let first = found.labels.firstIndex(of: Int32(index + 1))!
        reached[first % mask.width, first / mask.width] = true
        while true {
          let across = reached.dilated(by: .rectangle(height: 1, width: 3))
          let grown =
            connectivity == .eight
            ? reached.dilated(by: .rectangle(height: 3, width: 3)) : reached.dilated(by: .disk(radius: 1))
          let next = Mask(
            height: mask.height, width: mask.width,
            values: zip(mask.values, zip(grown.values, across.values)).map { $0 & ($1.0 | $1.1) })
          if next == reached { break }
          reached = next
        }
        #expect(reached == found.mask(index))
        #expect(reached.boundingBox == component.box && reached.area == component.area)
      }
    }
  }
}
