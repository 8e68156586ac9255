import Foundation
import Testing

@testable import Vision

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

@Test func barsStandOnTheirGroups() {
  let plot = BarPlot(
    title: "Bars", yLabel: "value", groups: ["a", "b"],
    series: [.init("one", values: [1, 0.5]), .init("two", values: [-1, .nan], errors: [0.5, 0.1])])
  let image = plot.render(height: 300, width: 500)
  func pixels(_ color: Color) -> [Int] {
    (0..<300 * 500).filter { i in
      (0..<3).allSatisfy { image.pixels[3 * i + $0] == [color.red, color.green, color.blue][$0] }
    }
  }
  // Twice as high as the other.
  let first = pixels(.series(0))
  let (left, right) = (first.count { $0 % 500 < 200 }, first.count { (200..<360).contains($0 % 500) })
  #expect(abs(Double(left) / Double(right) - 2) < 0.1)
  // The other series hangs below, beside the first.
  let second = pixels(.series(1)).filter { $0 % 500 < 360 }
  #expect(second.map { $0 / 500 }.min()! >= first.filter { $0 % 500 < 200 }.map { $0 / 500 }.max()! - 1)
  #expect(plot.svg().components(separatedBy: "<polyline").count - 1 == 1)
}

@Test func pointsLieWhereTheyBelong() {
  let series = [
    ScatterPlot.Series(
      "a", points: [Point(0, 0), Point(1, 1), Point(.nan, 0)], labels: ["first", "second", ""]),
    .init("b", points: [Point(0.5, 0.2)]),
  ]
  let figure = ScatterPlot(title: "t", xLabel: "x", yLabel: "y", series: series).figure(
    height: 350, width: 500)
  let shapes = figure.marks.compactMap { mark -> Box? in
    guard case .shape(let outline, let color, _) = mark, [.series(0), .series(1)].contains(color) else {
      return nil
    }
    return Region.polygon(outline.polygons[0]).boundingBox
  }
  // Three points and the legend's two.
  #expect(shapes.count == 5)
  #expect(shapes[0].centerX < shapes[2].centerX && shapes[2].centerX < shapes[1].centerX)
  #expect(shapes[0].centerY > shapes[2].centerY && shapes[2].centerY > shapes[1].centerY)
  #expect(abs(shapes[2].centerX - (shapes[0].centerX + shapes[1].centerX) / 2) < 1e-9)
  // What would leave the axes on the right stands on the left.
  let texts = figure.marks.compactMap { mark -> (String, Double, Figure.Anchor)? in
    if case .text(let text, let point, _, let anchor, _, _) = mark { (text, point.x, anchor) } else { nil }
  }
  let (first, second) = (texts.first { $0.0 == "first" }!, texts.first { $0.0 == "second" }!)
  #expect(first.1 > shapes[0].maxX && first.2 == .start && second.1 < shapes[1].x && second.2 == .end)
}

@Test func drawingsSayTheSameAsPictures() {
  let plot = LinePlot(
    title: "a < b & \"c\" > \u{1}é", xLabel: "x", yLabel: "y",
    series: [.init("curve", values: [1, 2, .nan, 3, 4]), .init("", values: [])])
  let svg = plot.svg(height: 300, width: 500)
  #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 500 300\""))
  #expect(svg.contains(">a &lt; b &amp; &quot;c&quot; &gt; \u{FFFD}é</text>"))
  #expect(svg == plot.svg(height: 300, width: 500))
  // Two runs and the legend's line; every element ends.
  #expect(svg.components(separatedBy: "<polyline").count - 1 == 3)
  #expect(svg.components(separatedBy: "<text").count == svg.components(separatedBy: "</text>").count)
  #expect(!svg.contains("nan") && !svg.contains("inf"))
}

@Test func plotsOfNothingAreDrawn() {
  let plots: [any Plot] = [
    BarPlot(title: "", yLabel: "", groups: [], series: []),
    BarPlot(title: "", yLabel: "", groups: ["a"], series: [.init("a", values: [.infinity])]),
    BarPlot(title: "", yLabel: "", groups: Array(repeating: "a long name", count: 40), series: []),
    ScatterPlot(title: "", xLabel: "", yLabel: "", series: [.init("a", points: [])]),
    ScatterPlot(title: "", xLabel: "", yLabel: "", series: [.init("a", points: [Point(1e308, -1e308)])]),
  ]
  for plot in plots {
    #expect(Set(plot.render(height: 200, width: 300).pixels).count > 1)
    #expect(!plot.svg().contains("nan"))
  }
}
