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

@Test func plotShowsItsCurves() {
  let values = (0..<50).map { $0 == 20 ? Double.nan : 1 / Double($0 + 1) }
  let series = [LinePlot.Series("loss", values: values, color: Color(200, 0, 0)), .init("empty", values: [])]
  for isLogarithmic in [false, true] {
    let plot = LinePlot(
      title: "Loss", xLabel: "epoch", yLabel: "value", series: series, isLogarithmicY: isLogarithmic)
    let image = plot.render(height: 300, width: 500)
    func isCurve(_ x: Int, _ y: Int) -> Bool { Int(image[x, y, 0]) - Int(image[x, y, 1]) > 60 }
    let columns = (0..<500).filter { x in (0..<300).contains { isCurve(x, $0) } }
    #expect(columns.count > 380)
    // It falls: the first column's highest point is above the last one's.
    func top(_ x: Int) -> Int { (0..<300).first { isCurve(x, $0) }! }
    #expect(top(columns.first!) < top(columns[columns.count / 2]))
  }
}

@Test func plotOfNothingOrOfOnePoint() {
  let cases: [[Double]] = [
    [], [0.5], [.nan, .infinity], [3, 3, 3], [0], [-1e9, 1e9], [1e-7, 3e-7], [.nan],
    [1e308, -1e308], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0], [.greatestFiniteMagnitude],
    [.leastNonzeroMagnitude],
    [.leastNonzeroMagnitude, .leastNonzeroMagnitude * 2000, .leastNormalMagnitude / 8],
    [-.leastNonzeroMagnitude, 0],
    [1e300, 1e-300],
  ]
  for values in cases {
    for isLogarithmic in [false, true] {
      let plot = LinePlot(
        title: "", xLabel: "", yLabel: "", series: [.init("a", values: values)], isLogarithmicY: isLogarithmic
      )
      #expect(Set(plot.render(height: 200, width: 300).pixels).count > 2)
      let across = values.map { Point($0, $0) }
      let steep = LinePlot(
        title: "", xLabel: "", yLabel: "", series: [.init("a", points: across)], isLogarithmicX: isLogarithmic
      )
      #expect(Set(steep.render(height: 200, width: 300).pixels).count > 2)
    }
  }
}

@Test func axesHaveRoundTicks() {
  let epochs = PlotAxis(across: [1, 2, 3])
  #expect(epochs.ticks.map(epochs.label) == ["1", "2", "3"])
  let loss = PlotAxis(up: [0.03, 0.97, .nan], isLogarithmic: false)
  #expect(loss.ticks.map(loss.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
  let powers = PlotAxis(up: [0.003, 40, 0], isLogarithmic: true)
  #expect(powers.ticks.map(powers.label) == ["0.001", "0.01", "0.1", "1", "10", "100"])
  #expect(powers.position(of: 0) == nil && abs(powers.position(of: 1)! - 0.6) < 1e-9)
  let sizes = PlotAxis(across: [250, 4e6, -1], isLogarithmic: true)
  #expect(sizes.ticks.map(sizes.label) == ["1000", "1e4", "1e5", "1e6"])
  #expect(sizes.position(of: 250) == 0 && sizes.position(of: -1) == nil)
  let greatest = PlotAxis(up: [-1e308, 1e308], isLogarithmic: false)
  #expect(greatest.position(of: 0) == 0.5 && greatest.ticks.map(greatest.label).contains("5e307"))
  let least = PlotAxis(up: [.leastNonzeroMagnitude], isLogarithmic: false)
  #expect(least.position(of: .leastNonzeroMagnitude) == 0.5)
  let tiny = PlotAxis(up: [1e-5, 4e-5], isLogarithmic: false)
  #expect(tiny.ticks.map(tiny.label).first == "1e-5")
}
