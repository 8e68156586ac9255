/// Curves over a common pair of axes.
public struct LinePlot: Plot {
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

  /// The plot at a size in pixels, from which the text takes its own.
  public func figure(height: Int, width: Int) -> Figure {
    let points = series.flatMap(\.points)
    let xAxis = PlotAxis(across: points.map(\.x), isLogarithmic: isLogarithmicX)
    let yAxis = PlotAxis(up: points.map(\.y), isLogarithmic: isLogarithmicY)
    var frame = PlotFrame(
      title: title, xLabel: xLabel, yLabel: yLabel, ticks: xAxis.labelledTicks, showsVerticalLines: true,
      yAxis: yAxis, height: height, width: width)
    frame.drawAxes()
    var drawn: [Point] = []
    let entries = series.enumerated().map {
      PlotFrame.LegendEntry(name: $1.name, color: $1.color ?? .series($0))
    }
    for (curve, entry) in zip(series, entries) {
      let places = curve.points.map { point -> Point? in
        guard let x = xAxis.position(of: point.x), let y = yAxis.position(of: point.y) else { return nil }
        return frame.position(x, y)
      }
      for run in places.split(separator: nil) {
        frame.add(.line(run.map { $0! }, entry.color, thickness: 1.25 * frame.unit))
      }
      // Some points between each two of a curve stand for the line.
      let ends = places.compactMap { $0 }
      drawn += ends
      drawn += zip(ends, ends.dropFirst()).flatMap { from, to in
        stride(from: 0.1, to: 1, by: 0.1).map { from + $0 * (to - from) }
      }
    }
    frame.drawLegend(entries, avoiding: drawn)
    return frame.figure
  }
}
