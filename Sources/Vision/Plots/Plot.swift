/// A plot with axes, drawn in pixels or written as SVG.
public protocol Plot: Sendable {
  /// The line above the axes.
  var title: String { get }
  /// The plot at a size in pixels, from which the text takes its own.
  func figure(height: Int, width: Int) -> Figure
}

extension Plot {
  /// The plot as an RGB image.
  public func render(height: Int = 560, width: Int = 900) -> Image {
    figure(height: height, width: width).image()
  }

  /// The plot as an SVG document.
  public func svg(height: Int = 560, width: Int = 900) -> String {
    figure(height: height, width: width).svg()
  }
}

extension Color {
  /// The colours of a plot's series, which repeat after ten.
  public static func series(_ index: Int) -> Color { seriesColors[index % seriesColors.count] }

  private static let seriesColors: [Color] = [
    .blue, .orange, .green, .red, .purple, Color(120, 85, 70), Color(225, 120, 190), Color(grey: 125),
    Color(175, 175, 35), Color(35, 180, 195),
  ]
}
