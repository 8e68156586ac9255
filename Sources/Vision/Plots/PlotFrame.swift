/// The axes of a plot, with what is written around them, and the legend.
struct PlotFrame {
  static let ink = Color(grey: 50)
  static let gridColor = Color(grey: 226)

  /// A tick of the horizontal axis.
  struct Tick {
    var position: Double  // 0…1
    var label: String
  }

  /// What a series is called and looks like: a line unless a shape around the origin stands for it.
  struct LegendEntry {
    var name: String
    var color: Color
    var shape: Outline?
  }

  let unit: Double  // of the font, in pixels
  /// The area between the axes.
  let box: Box
  private(set) var figure: Figure

  /// Draws axes. Labels too wide to stand side by side stand on end. What `legend` names, by squares, is named at the
  /// right of the axes, not within.
  init(
    title: String, xLabel: String, yLabel: String, ticks: [Tick], showsVerticalLines: Bool, yAxis: PlotAxis,
    legend: [(name: String, color: Color)] = [], height: Int, width: Int
  ) {
    figure = Figure(width: width, height: height)
    let unit = max(1, Double(min(width, height)) / 350)
    self.unit = unit
    let square = Outline.rectangle(Box(centerX: 0, centerY: 0, width: 7 * unit, height: 7 * unit))
    let legend = legend.filter { !$0.name.isEmpty }.map {
      LegendEntry(name: $0.name, color: $0.color, shape: square)
    }
    func length(_ text: String) -> Double { Outline.textWidth(text, unit: unit) }
    let yLabels = yAxis.ticks.map(yAxis.label)
    let left = (yLabels.map(length).max() ?? 0) + (yLabel.isEmpty ? 14 : 28) * unit
    let right = legend.isEmpty ? 16 * unit : Self.legendWidth(legend, unit) + 20 * unit
    let top = (title.isEmpty ? 10 : 28) * unit
    let extent = (Double(width) - left - right).rounded()
    let widest = ticks.map { length($0.label) }.max() ?? 0
    let isUpright = !showsVerticalLines && widest > extent / Double(max(ticks.count, 1)) - 4 * unit
    let labelHeight = isUpright ? min(widest, 0.4 * Double(height)) : 7 * unit
    let bottom = labelHeight + (xLabel.isEmpty ? 13 : 27) * unit
    box = Box(
      x: left.rounded(), y: top.rounded(), width: extent, height: (Double(height) - top - bottom).rounded())

    for (tick, label) in zip(yAxis.ticks, yLabels) {
      let y = (box.maxY - yAxis.tickPosition(tick) * box.height).rounded()
      fill(Box(x: box.x, y: y, width: box.width, height: 1), Self.gridColor)
      write(label, at: Point(box.x - 6 * unit, y - 3.5 * unit), .end)
    }
    for tick in ticks {
      let x = (box.x + tick.position * box.width).rounded()
      if showsVerticalLines { fill(Box(x: x, y: box.y, width: 1, height: box.height), Self.gridColor) }
      if isUpright {
        write(tick.label, at: Point(x - 3.5 * unit, box.maxY + 6 * unit), .end, isUpright: true)
      } else {
        write(tick.label, at: Point(x, box.maxY + 6 * unit), .middle)
      }
    }
    write(title, at: Point(box.centerX, 9 * unit), .middle, unit: 1.25 * unit)
    write(xLabel, at: Point(box.centerX, box.maxY + labelHeight + 13 * unit), .middle)
    write(yLabel, at: Point(6 * unit, box.centerY), .middle, isUpright: true)
    if !legend.isEmpty { draw(legend, at: Point(box.maxX + 12 * unit, box.y)) }
  }

  /// Draws the lines of the axes over what has been drawn.
  mutating func drawAxes() {
    fill(Box(x: box.x, y: box.y, width: 1, height: box.height), Self.ink)
    fill(Box(x: box.x, y: box.maxY, width: box.width + 1, height: 1), Self.ink)
  }

  mutating func add(_ mark: Figure.Mark) { figure.marks.append(mark) }

  mutating func fill(_ area: Box, _ color: Color) { add(.shape(.rectangle(area), color)) }

  mutating func write(
    _ text: String, at point: Point, _ anchor: Figure.Anchor = .start, unit: Double? = nil,
    isUpright: Bool = false
  ) {
    if text.isEmpty { return }
    add(.text(text, at: point, unit: unit ?? self.unit, anchor, Self.ink, isUpright: isUpright))
  }

  /// Where a point of the axes' square 0…1 is.
  func position(_ x: Double, _ y: Double) -> Point { Point(box.x + x * box.width, box.maxY - y * box.height) }

  private static let lineHeight = 13.0  // of a legend, in units

  private static func legendWidth(_ entries: [LegendEntry], _ unit: Double) -> Double {
    (entries.map { Outline.textWidth($0.name, unit: unit) }.max() ?? 0) + 30 * unit
  }

  /// Draws a legend inside the axes, on a plate where it hides the fewest of some points.
  mutating func drawLegend(_ entries: [LegendEntry], avoiding points: [Point]) {
    let named = entries.filter { !$0.name.isEmpty }
    if named.isEmpty { return }
    let plate = emptiestPlace(
      height: (Double(named.count) * Self.lineHeight + 6) * unit, width: Self.legendWidth(named, unit), points
    )
    add(.shape(.rectangle(plate), .white, opacity: 0.85))
    add(.shape(.frame(plate, thickness: 1), Self.gridColor))
    draw(named, at: Point(plate.x, plate.y + 3 * unit))
  }

  private mutating func draw(_ entries: [LegendEntry], at corner: Point) {
    for (i, entry) in entries.enumerated() {
      let y = corner.y + (Double(i) + 0.5) * Self.lineHeight * unit
      if let shape = entry.shape {
        add(.shape(shape.translated(x: corner.x + 12 * unit, y: y), entry.color))
      } else {
        let ends = [Point(corner.x + 6 * unit, y), Point(corner.x + 18 * unit, y)]
        add(.line(ends, entry.color, thickness: 1.5 * unit))
      }
      write(entry.name, at: Point(corner.x + 24 * unit, y - 3.5 * unit))
    }
  }

  // Of nine places in the frame the one with the fewest points, the first where equal.
  private func emptiestPlace(height: Double, width: Double, _ points: [Point]) -> Box {
    let margin = 8 * unit
    let (left, right) = (box.x + margin, box.maxX - margin - width)
    let (top, bottom) = (box.y + margin, box.maxY - margin - height)
    let places = [right, left, (left + right) / 2].flatMap { x in
      [top, bottom, (top + bottom) / 2].map {
        Box(x: x.rounded(), y: $0.rounded(), width: width.rounded(), height: height.rounded())
      }
    }
    func crowd(_ box: Box) -> Int {
      points.count { box.x <= $0.x && $0.x < box.maxX && box.y <= $0.y && $0.y < box.maxY }
    }
    return places.min { crowd($0) < crowd($1) }!
  }
}
