import Testing

@testable import Vision

@Suite struct MorphologyTests {
  private static let elements: [StructuringElement] = [
    .disk(radius: 0), .disk(radius: 1), .disk(radius: 3), .disk(radius: 90), .rectangle(height: 1, width: 3),
    .rectangle(height: 5, width: 1), .rectangle(height: 3, width: 131),
  ]

  @Test func shapesOfOnePixel() {
    var dot = Mask(height: 7, width: 7)
    dot[3, 3] = true
    #expect(
      dot.dilated(by: .disk(radius: 3))
        == mask("...#...", ".#####.", ".#####.", "#######", ".#####.", ".#####.", "...#..."))
    #expect(
      dot.dilated(by: .rectangle(height: 3, width: 5))
        == Mask(Box(x: 1, y: 2, width: 5, height: 3), height: 7, width: 7))
    #expect(dot.eroded(by: .disk(radius: 1)).area == 0)
  }

  @Test func theEdgeOfTheImageTakesNothingAway() {
    let full = mask("###", "###")
    #expect(
      full.eroded(by: .disk(radius: 5)) == full && full.opened(by: .rectangle(height: 3, width: 3)) == full)
    #expect(mask("##.", "##.").eroded(by: .rectangle(height: 1, width: 3)) == mask("#..", "#.."))
  }

  @Test(arguments: elements)
  func aPixelIsDecidedByItsNeighbourhood(_ element: StructuringElement) {
    for mask in randomMasks(count: 4) {
      let (dilated, eroded) = (mask.dilated(by: element), mask.eroded(by: element))
      for y in 0..<mask.height {
        for x in 0..<mask.width {
          let around = mask.pixels(around: x, y, element)
          #expect(dilated[x, y] == around.contains(true) && eroded[x, y] == !around.contains(false))
        }
      }
    }
  }

  @Test(arguments: elements)
  func openingAndClosingSettle(_ element: StructuringElement) {
    for mask in randomMasks(count: 4) {
      let (opened, closed) = (mask.opened(by: element), mask.closed(by: element))
      #expect(opened.opened(by: element) == opened && closed.closed(by: element) == closed)
      #expect(zip(opened.values, mask.values).allSatisfy { $0 <= $1 })
      #expect(zip(mask.values, closed.values).allSatisfy { $0 <= $1 })
    }
  }
}

extension Mask {
  fileprivate func pixels(around x: Int, _ y: Int, _ element: StructuringElement) -> [Bool] {
    (0..<height).flatMap { row in
      (0..<width).compactMap { column -> Bool? in
        let (dx, dy) = (column - x, row - y)
        let isNear =
          switch element {
          case .disk(let radius): dx * dx + dy * dy <= radius * radius
          case .rectangle(let height, let width): 2 * abs(dx) < width && 2 * abs(dy) < height
          }
        return isNear ? self[column, row] : nil
      }
    }
  }
}
