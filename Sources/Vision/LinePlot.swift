/// Curves over a common pair of axes, drawn to an image.
public struct LinePlot: Sendable {
  /// One curve.
  public struct Series: Sendable {
    /// The name in the legend.
    public var name: String
    /// The points in order; one that is not finite (or not positive, on a logarithmic axis) leaves a gap.
    public var points: [Point]
    /// The colour; nil takes the next of the plot's own.
    public var color: Color?

    /// A curve through points.
    public init(_ name: String, points: [Point], color: Color? = nil) {
      (self.name, self.points, self.color) = (name, points, color)
    }

    /// A curve of values at 1, 2, 3, …: an epoch's each.
    public init(_ name: String, values: [Double], color: Color? = nil) {
      self.init(name, points: values.enumerated().map { Point(Double($0 + 1), $1) }, color: color)
    }
  }

  /// The line above the axes.
  public var title: String
  /// What runs along the horizontal axis.
  public var xLabel: String
  /// What runs along the vertical axis.
  public var yLabel: String
  /// The curves, the last one on top.
  public var series: [Series]
  /// Whether the horizontal axis shows powers of ten.
  public var isLogarithmicX: Bool
  /// Whether the vertical axis shows powers of ten.
  public var isLogarithmicY: Bool

  /// A plot of curves.
  public init(
    title: String, xLabel: String, yLabel: String, series: [Series], isLogarithmicX: Bool = false,
    isLogarithmicY: Bool = false
  ) {
    (self.title, self.xLabel, self.yLabel, self.series) = (title, xLabel, yLabel, series)
    (self.isLogarithmicX, self.isLogarithmicY) = (isLogarithmicX, isLogarithmicY)
  }

  private static let colors: [Color] = [
    .blue, .orange, .green, .red, .purple, Color(120, 85, 70), Color(225, 120, 190), Color(grey: 125),
    Color(175, 175, 35), Color(35, 180, 195),
  ]

  /// The plot as an RGB image; the text takes its size from the image's.
  public func render(height: Int = 560, width: Int = 900) -> Image {
    var canvas = Canvas(plot: self, height: height, width: width)
    canvas.drawAxes()
    for (i, curve) in series.enumerated() {
      canvas.draw(curve, color: curve.color ?? Self.colors[i % Self.colors.count])
    }
    canvas.drawLegend(series.enumerated().map { ($1.name, $1.color ?? Self.colors[$0 % Self.colors.count]) })
    return canvas.image
  }
}

/// A plot being drawn.
private struct Canvas {
  private static let ink = Color(grey: 50)
  private static let gridColor = Color(grey: 226)

  let plot: LinePlot
  let unit: Double  // of the font, in pixels
  let xAxis: PlotAxis
  let yAxis: PlotAxis
  let frame: Box
  var image: Image

  init(plot: LinePlot, height: Int, width: Int) {
    self.plot = plot
    image = Image(height: height, width: width, color: .white)
    unit = max(1, Double(min(width, height)) / 350)
    let points = plot.series.flatMap(\.points)
    xAxis = PlotAxis(across: points.map(\.x), isLogarithmic: plot.isLogarithmicX)
    yAxis = PlotAxis(up: points.map(\.y), isLogarithmic: plot.isLogarithmicY)
    let widestLabel =
      yAxis.ticks.map { [unit, yAxis] in Outline.textWidth(yAxis.label($0), unit: unit) }.max() ?? 0
    let left = widestLabel + (plot.yLabel.isEmpty ? 14 : 28) * unit
    let top = (plot.title.isEmpty ? 10 : 28) * unit
    let bottom = (plot.xLabel.isEmpty ? 20 : 34) * unit
    frame = Box(
      x: left.rounded(), y: top.rounded(), width: (Double(width) - left - 16 * unit).rounded(),
      height: (Double(height) - top - bottom).rounded())
  }

  private mutating func write(_ text: String, centerX: Double, y: Double, unit: Double, color: Color = ink) {
    image.draw(
      text, x: (centerX - Outline.textWidth(text, unit: unit) / 2).rounded(), y: y, color: color, unit: unit)
  }

  mutating func drawAxes() {
    for tick in yAxis.ticks {
      let y = (frame.maxY - yAxis.tickPosition(tick) * frame.height).rounded()
      image.fill(.rectangle(Box(x: frame.x, y: y, width: frame.width, height: 1)), with: Self.gridColor)
      let label = yAxis.label(tick)
      let x = frame.x - Outline.textWidth(label, unit: unit) - 6 * unit
      image.draw(label, x: x.rounded(), y: (y - 3.5 * unit).rounded(), color: Self.ink, unit: unit)
    }
    for tick in xAxis.ticks {
      let x = (frame.x + xAxis.tickPosition(tick) * frame.width).rounded()
      image.fill(.rectangle(Box(x: x, y: frame.y, width: 1, height: frame.height)), with: Self.gridColor)
      write(xAxis.label(tick), centerX: x, y: (frame.maxY + 6 * unit).rounded(), unit: unit)
    }
    for edge in [
      Box(x: frame.x, y: frame.y, width: 1, height: frame.height),
      Box(x: frame.x, y: frame.maxY, width: frame.width + 1, height: 1),
    ] {
      image.fill(.rectangle(edge), with: Self.ink)
    }
    write(plot.title, centerX: frame.centerX, y: (9 * unit).rounded(), unit: 1.25 * unit)
    write(plot.xLabel, centerX: frame.centerX, y: (frame.maxY + 20 * unit).rounded(), unit: unit)
    let length = Outline.textWidth(plot.yLabel, unit: unit)
    let upwards = Affine(a: 0, b: 1, c: -1, d: 0, tx: 6 * unit, ty: (frame.centerY + length / 2).rounded())
    image.fill(Outline.text(plot.yLabel, unit: unit).transformed(by: upwards), with: Self.ink)
  }

  /// Where a point of a curve is drawn; nil where it cannot be.
  private func position(of point: Point) -> Point? {
    guard let x = xAxis.position(of: point.x), let y = yAxis.position(of: point.y) else { return nil }
    return Point(frame.x + x * frame.width, frame.maxY - y * frame.height)
  }

  mutating func draw(_ curve: LinePlot.Series, color: Color) {
    for run in curve.points.map(position).split(separator: nil) {
      image.fill(.line(run.compactMap { $0 }, thickness: 1.25 * unit), with: color)
    }
  }

  mutating func drawLegend(_ entries: [(name: String, color: Color)]) {
    let named = entries.filter { !$0.name.isEmpty }
    guard let widest = named.map({ Outline.textWidth($0.name, unit: unit) }).max() else { return }
    let line = 13 * unit
    let plate = emptiestPlace(height: Double(named.count) * line + 6 * unit, width: widest + 30 * unit)
    image.fill(.rectangle(plate), with: .white, opacity: 0.85)
    image.draw(plate, color: Self.gridColor, thickness: 1)
    for (i, entry) in named.enumerated() {
      let y = plate.y + 3 * unit + (Double(i) + 0.5) * line
      image.draw(
        line: [Point(plate.x + 6 * unit, y), Point(plate.x + 18 * unit, y)], color: entry.color,
        thickness: 1.5 * unit)
      image.draw(
        entry.name, x: (plate.x + 24 * unit).rounded(), y: (y - 3.5 * unit).rounded(), color: Self.ink,
        unit: unit)
    }
  }

  // Of nine places in the frame the one that the curves cross least, the first where equal.
  private func emptiestPlace(height: Double, width: Double) -> Box {
    let margin = 8 * unit
    let (left, right) = (frame.x + margin, frame.maxX - margin - width)
    let (top, bottom) = (frame.y + margin, frame.maxY - margin - height)
    let places = [right, left, (left + right) / 2].flatMap { x in
      [top, bottom, (top + bottom) / 2].map {
        Box(x: x.rounded(), y: $0.rounded(), width: width.rounded(), height: height.rounded())
      }
    }
    // Some points between each two of a curve stand for the line.
    let points = plot.series.flatMap { curve in
      let drawn = curve.points.compactMap(position)
      return drawn
        + zip(drawn, drawn.dropFirst()).flatMap { from, to in
          stride(from: 0.1, to: 1, by: 0.1).map { from + $0 * (to - from) }
        }
    }
    func crowd(_ box: Box) -> Int {
      points.count { box.x <= $0.x && $0.x < box.maxX && box.y <= $0.y && $0.y < box.maxY }
    }
    return places.min { crowd($0) < crowd($1) }!
  }
}
