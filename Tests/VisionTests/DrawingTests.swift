import Foundation
import Testing

@testable import Vision

@Test func shapesCoverTheirArea() {
  func cover(_ shape: Outline) -> Double {
    var total = 0.0
    Rasterizer(height: 40, width: 50).scan(shape) { _, _, coverage in
      total += coverage.reduce(0) { $0 + Double($1) }
    }
    return total
  }
  #expect(abs(cover(.rectangle(Box(x: 3.25, y: 4.5, width: 10.5, height: 6.25))) - 10.5 * 6.25) < 0.7)
  #expect(abs(cover(.ellipse(in: Box(x: 5, y: 5, width: 30, height: 20))) - .pi * 150) < 4)
  #expect(abs(cover(.polygon([Point(10, 10), Point(30, 10), Point(10, 30)])) - 200) < 1)
  #expect(abs(cover(.frame(Box(x: 2, y: 2, width: 20, height: 10), thickness: 2)) - (200 - 16 * 6)) < 0.01)
  // A line that doubles back on itself covers no more; its ends are round.
  let once = cover(.line([Point(10, 20), Point(30, 20)], thickness: 4))
  #expect(abs(once - (80 + .pi * 4)) < 1)
  #expect(abs(cover(.line([Point(10, 20), Point(30, 20), Point(10, 20)], thickness: 4)) - once) < 0.1)
  // What leaves the image is cut off, on every side.
  #expect(abs(cover(.rectangle(Box(x: -10, y: -10, width: 100, height: 100))) - 2000) < 1e-3)
  #expect(cover(.rectangle(Box(x: 60, y: 5, width: 5, height: 5))) == 0)
  #expect(cover(.rectangle(Box(x: 5, y: -9, width: 5, height: 5))) == 0)
  #expect(cover(.rectangle(Box(x: -9, y: 5, width: 5, height: 5))) == 0)
  #expect(cover(.rectangle(Box(x: 5, y: 1e300, width: 1e300, height: 5))) == 0)
  #expect(abs(cover(.rectangle(Box(x: -1e30, y: -1e30, width: 2e30, height: 2e30))) - 2000) < 1e-3)
  #expect(cover(.rectangle(Box(x: .nan, y: 5, width: 5, height: 5))) == 0)
  // An edge whose slope overflows, from where the first line of a row runs.
  #expect(cover(.polygon([Point(1e308, 0.0625), Point(-1e308, 5), Point(10, 10)])) <= 2000)
}

@Test func fillingBlends() {
  var image = Image(height: 2, width: 4, color: .black)
  image.fill(.rectangle(Box(x: 0.5, y: 0, width: 2.5, height: 1)), with: Color(200, 100, 0), opacity: 0.5)
  #expect((0..<4).map { image[$0, 0, 0] } == [50, 100, 100, 0])
  #expect((0..<4).map { image[$0, 0, 1] } == [25, 50, 50, 0])
  #expect((0..<4).map { image[$0, 1, 0] } == [0, 0, 0, 0])
}

@Test func boxOutlines() {
  var image = Image(height: 8, width: 10, channels: 1)
  image.draw(Box(x: 2, y: 1, width: 6, height: 5), color: .white, thickness: 1)
  let drawn = Mask(image)
  #expect(drawn.boundingBox == Box(x: 2, y: 1, width: 6, height: 5))
  #expect(drawn.area == 18 && !drawn[3, 2])
  image.draw(Box(x: 2, y: 1, width: 0.2, height: 5), color: .white)
  #expect(Mask(image) == drawn)
}

@Test func masksOfShapes() {
  let box = Box(x: 2, y: 1, width: 3, height: 4)
  #expect(Mask(.rectangle(box), height: 7, width: 8) == Mask(box, height: 7, width: 8))
  let disc = Mask(.ellipse(in: Box(x: 10, y: 10, width: 40, height: 40)), height: 60, width: 60)
  #expect(abs(Double(disc.area) - .pi * 400) < 15)
  #expect(disc.boundingBox == Box(x: 10, y: 10, width: 40, height: 40))
}

@Test func overlayTintsTheMaskOnly() {
  var image = Image(height: 6, width: 6, color: Color(grey: 100))
  let mask = Mask(Box(x: 1, y: 1, width: 3, height: 3), height: 6, width: 6)
  image.overlay(mask, color: .white, opacity: 0.2)
  #expect(image[0, 0, 0] == 100 && image[4, 2, 0] == 100)
  #expect(image[1, 1, 0] == 255 && image[3, 2, 0] == 255)
  #expect(image[2, 2, 0] == 131)
}

@Test func gridPlacesImages() {
  let (a, b) = (
    Image(height: 2, width: 3, color: .red), Image(height: 2, width: 2, channels: 1, filledWith: 7)
  )
  let grid = Image.grid([a, b, a], columns: 2, gap: 1, background: .blue)
  #expect((grid.width, grid.height) == (7, 5))
  #expect(grid[2, 1, 0] == Color.red.red && grid[3, 0, 2] == Color.blue.blue)
  #expect(grid[5, 1, 1] == 7 && grid[6, 1, 1] == Color.blue.green && grid[2, 4, 0] == Color.red.red)
  #expect(grid[4, 3, 2] == Color.blue.blue)
}

@Test func everyPrintableCharacterIsItsOwn() {
  let drawn = (33...126).map { code in
    var image = Image(height: 20, width: 10, channels: 1)
    image.draw(String(UnicodeScalar(UInt8(code))), x: 0, y: 0, color: .white, unit: 2)
    return image.pixels
  }
  #expect(Set(drawn).count == 94)
  #expect(drawn.allSatisfy { $0.contains(255) })
  #expect(Outline.text(" ").polygons.isEmpty)
  #expect(Outline.textWidth("ab", unit: 2) == 22)
}

@Test func regionsAreDrawn() {
  func drawn(_ region: Region, name: String? = nil) -> Mask {
    var image = Image(height: 60, width: 80, color: .black)
    image.draw(region, name: name, color: .white)
    return Mask(image)
  }
  let box = RotatedBox(center: Point(40, 30), width: 40, height: 20, angle: 0.5)
  let outline = drawn(.rotatedBox(box))
  // A line of two pixels around all sides, and nothing within.
  #expect(abs(outline.area - 2 * 120) < 16 && !outline[40, 30])
  for (from, to) in zip(box.corners, box.corners.dropFirst() + box.corners.prefix(1)) {
    let middle = (from + to) / 2
    #expect(outline[Int(middle.x), Int(middle.y)])
  }
  #expect(outline == drawn(.polygon(box.corners)))
  let pixels = Mask(Box(x: 0, y: 0, width: 9, height: 9), height: 9, width: 9)
  let mask = drawn(.mask(pixels, x: 10, y: 20))
  #expect(mask.area == 81 - 25 + 25 && mask.boundingBox == Box(x: 10, y: 20, width: 9, height: 9))
}

@Test func namesStayInTheImage() {
  for (x, y) in [(30.0, 30.0), (-40, -40), (78, 1), (200, 300)] {
    var image = Image(height: 60, width: 80, color: .black)
    image.draw(.box(Box(x: x, y: y, width: 5, height: 5)), name: "abc", color: .yellow)
    // The plate is 11 by the text's 17 and 4, at a unit of 1.5; the letters on it are dark.
    let plate = Mask(image, threshold: 100)
    let letters = plate.boundingBox!.area - Double(plate.area)
    #expect(plate.boundingBox!.width >= 31 && letters > 60)
  }
}

@Test func contoursAreAsWideAsAsked() {
  var image = Image(height: 12, width: 12, color: .black)
  let mask = Mask(Box(x: 1, y: 1, width: 10, height: 10), height: 12, width: 12)
  image.overlay(mask, color: .white, opacity: 0.5, contour: 3)
  #expect(image.pixels.count { $0 == 255 } == 3 * (100 - 16) && image.pixels.count { $0 == 128 } == 3 * 16)
}

@Test func captionsStandUnderTheirImages() {
  let tile = Image(height: 10, width: 40, color: .red)
  let grid = Image.grid([tile, tile], columns: 1, captions: ["one", "a name that is much too long"], gap: 4)
  #expect((grid.width, grid.height) == (40, 2 * 23 + 4))
  let letters = Mask(Box(x: 0, y: 10, width: 40, height: 13), height: 50, width: 40)
  let dark = grid.converted(to: .grey).pixels.enumerated().filter { $1 < 60 }.map(\.offset)
  #expect(dark.contains { letters.values[$0] == 1 } && dark.contains { $0 > 37 * 40 })
}
