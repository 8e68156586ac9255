import Tensor

/// Bars in groups, one of each series in every group.
public struct BarPlot: Plot {
  /// The bars of one colour.
  public struct Series: Sendable {
    /// The name in the legend.
    public var name: String
    /// The height of the bar in each group; one that is not finite is left out.
    public var values: [Double]
    /// How far the truth may lie from each value, drawn as a line up and down; as many as values, or none.
    public var errors: [Double]

    /// Bars with their errors.
    public init(_ name: String, values: [Double], errors: [Double] = []) {
      (self.name, self.values, self.errors) = (name, values, errors)
    }
  }

  /// The line above the axes.
  public var title: String
  /// What the heights are.
  public var yLabel: String
  /// The names of the groups.
  public var groups: [String]
  /// The series, side by side in each group.
  public var series: [Series]

  /// A plot of bars.
  public init(title: String, yLabel: String, groups: [String], series: [Series]) {
    require(
      series.allSatisfy { $0.values.count == groups.count && [0, groups.count].contains($0.errors.count) },
      "BarPlot: series of \(series.map(\.values.count)) values for \(groups.count) groups")
    (self.title, self.yLabel, self.groups, self.series) = (title, yLabel, groups, series)
  }

  /// The plot at a size in pixels, from which the text takes its own.
  public func figure(height: Int, width: Int) -> Figure {
    let ends = series.flatMap { kind in
      kind.values.indices.flatMap { kind.range($0) } + kind.values
    }
    let yAxis = PlotAxis(up: ends + [0], isLogarithmic: false)
    let share = 1 / Double(max(groups.count, 1))
    let ticks = groups.enumerated().map { PlotFrame.Tick(position: (Double($0) + 0.5) * share, label: $1) }
    var frame = PlotFrame(
      title: title, xLabel: "", yLabel: yLabel, ticks: ticks, showsVerticalLines: false, yAxis: yAxis,
      legend: series.enumerated().map { ($1.name, .series($0)) }, height: height, width: width)
    // A fifth of a group is the gap to the next.
    let step = 0.8 * share / Double(max(series.count, 1))
    let zero = yAxis.position(of: 0)!
    for (index, kind) in series.enumerated() {
      for (group, value) in kind.values.enumerated() {
        guard let top = yAxis.position(of: value) else { continue }
        let left = (Double(group) + 0.1) * share + Double(index) * step
        let corners = (frame.position(left, max(top, zero)), frame.position(left + step, min(top, zero)))
        let size = corners.1 - corners.0
        frame.add(
          .shape(
            .rectangle(Box(x: corners.0.x, y: corners.0.y, width: 0.92 * size.x, height: size.y)),
            .series(index)))
        let range = kind.range(group).compactMap { yAxis.position(of: $0) }
        if range.count == 2 {
          let middle = left + 0.46 * step
          frame.add(
            .line(range.map { frame.position(middle, $0) }, PlotFrame.ink, thickness: frame.unit))
        }
      }
    }
    frame.drawAxes()
    return frame.figure
  }
}

extension BarPlot.Series {
  /// The ends of a bar's error.
  fileprivate func range(_ group: Int) -> [Double] {
    errors.isEmpty ? [] : [values[group] - errors[group], values[group] + errors[group]]
  }
}
