/// Points over a common pair of axes, each series of its own colour and shape.
public struct ScatterPlot: Plot {
  /// Points of one kind.
  public struct Series: Sendable {
    /// The name in the legend.
    public var name: String
    /// The points; one that is not finite is left out.
    public var points: [Point]
    /// What is written beside each point: as many as points, or none.
    public var labels: [String]

    /// Points with what is written beside them.
    public init(_ name: String, points: [Point], labels: [String] = []) {
      (self.name, self.points, self.labels) = (name, points, labels)
    }
  }

  /// The line above the axes.
  public var title: String
  /// What runs along the horizontal axis.
  public var xLabel: String
  /// What runs along the vertical axis.
  public var yLabel: String
  /// The points, the last ones on top.
  public var series: [Series]

  /// A plot of points.
  public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
    (self.title, self.xLabel, self.yLabel, self.series) = (title, xLabel, yLabel, series)
  }

  /// The plot at a size in pixels, from which the text takes its own.
  public func figure(height: Int, width: Int) -> Figure {
    let points = series.flatMap(\.points)
    let xAxis = PlotAxis(up: points.map(\.x), isLogarithmic: false)
    let yAxis = PlotAxis(up: points.map(\.y), isLogarithmic: false)
    var frame = PlotFrame(
      title: title, xLabel: xLabel, yLabel: yLabel, ticks: xAxis.labelledTicks, showsVerticalLines: true,
      yAxis: yAxis, height: height, width: width)
    frame.drawAxes()
    var drawn: [Point] = []
    for (index, kind) in series.enumerated() {
      for (number, point) in kind.points.enumerated() {
        guard let x = xAxis.position(of: point.x), let y = yAxis.position(of: point.y) else { continue }
        let place = frame.position(x, y)
        frame.add(
          .shape(
            Self.marker(index, radius: 3.5 * frame.unit).translated(x: place.x, y: place.y), .series(index)))
        drawn.append(place)
        guard kind.labels.indices.contains(number) else { continue }
        let length = Outline.textWidth(kind.labels[number], unit: frame.unit)
        let isRight = place.x + 7 * frame.unit + length <= frame.box.maxX
        let offset = Point((isRight ? 7 : -7) * frame.unit, -3.5 * frame.unit)
        frame.write(kind.labels[number], at: place + offset, isRight ? .start : .end)
        drawn += stride(from: 0, through: 1, by: 0.1).map {
          place + Point((isRight ? 1 : -1) * (7 * frame.unit + $0 * length), 0)
        }
      }
    }
    let entries = series.enumerated().map {
      PlotFrame.LegendEntry(
        name: $1.name, color: .series($0), shape: Self.marker($0, radius: 3.5 * frame.unit))
    }
    frame.drawLegend(entries, avoiding: drawn)
    return frame.figure
  }

  /// A disk, a square, a triangle or a diamond around the origin.
  private static func marker(_ index: Int, radius: Double) -> Outline {
    let box = Box(centerX: 0, centerY: 0, width: 2 * radius, height: 2 * radius)
    switch index % 4 {
    case 0: return .ellipse(in: box)
    case 1: return .rectangle(box.scaled(by: 0.9))
    case 2: return .polygon([Point(0, -radius), Point(radius, radius), Point(-radius, radius)])
    default: return .polygon([Point(0, -radius), Point(radius, 0), Point(0, radius), Point(-radius, 0)])
    }
  }
}
