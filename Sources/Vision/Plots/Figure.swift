import Foundation

/// A picture of shapes, lines and text that can be drawn in pixels or written as SVG.
public struct Figure: Sendable {
  /// One thing in a figure; positions are those of `Box`.
  enum Mark: Sendable {
    /// A filled shape.
    case shape(Outline, Color, opacity: Double = 1)
    /// A line through points, with round ends and corners.
    case line([Point], Color, thickness: Double)
    /// A line of text whose letters are 7 units tall, placed by the `anchor` of its upper edge.
    case text(String, at: Point, unit: Double, Anchor = .start, Color, isUpright: Bool = false)
  }

  /// The part of a text's upper edge that is placed.
  enum Anchor: String {
    case start, middle, end
  }

  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// What is in it, the last on top.
  var marks: [Mark] = []

  /// The figure as an RGB image on white.
  public func image() -> Image {
    var image = Image(height: height, width: width, color: .white)
    for mark in marks {
      switch mark {
      case .shape(let outline, let color, let opacity): image.fill(outline, with: color, opacity: opacity)
      case .line(let points, let color, let thickness):
        image.draw(line: points, color: color, thickness: thickness)
      case .text(let text, let point, let unit, let anchor, let color, let isUpright):
        let length = Outline.textWidth(text, unit: unit)
        let start = anchor == .start ? 0 : anchor == .middle ? -length / 2 : -length
        // Letters that start on whole pixels are sharper.
        let turn = isUpright ? Affine.rotation(-.pi / 2) : .identity
        let corner = (point + turn(start, 0)).rounded(.toNearestOrAwayFromZero)
        image.fill(
          Outline.text(text, unit: unit).transformed(by: turn).translated(x: corner.x, y: corner.y),
          with: color)
      }
    }
    return image
  }

  /// The figure as an SVG document, the same for the same marks.
  public func svg() -> String {
    let lines = marks.map { mark in
      switch mark {
      case .shape(let outline, let color, let opacity):
        let path = outline.polygons.map { "M" + $0.map(Self.pair).joined(separator: "L") + "Z" }.joined()
        let alpha = opacity < 1 ? " fill-opacity=\"\(Self.number(opacity))\"" : ""
        return "<path d=\"\(path)\" fill=\"\(color.hexadecimal)\"\(alpha)/>"
      case .line(let points, let color, let thickness):
        return """
          <polyline points="\(points.map(Self.pair).joined(separator: " "))" fill="none" \
          stroke="\(color.hexadecimal)" stroke-width="\(Self.number(thickness))"/>
          """
      case .text(let text, let point, let unit, let anchor, let color, let isUpright):
        // The built-in font's letters are as tall as capitals of this size.
        let baseline = isUpright ? Point(7 * unit, 0) : Point(0, 7 * unit)
        let place = Self.pair(point + baseline).split(separator: ",")
        let turn = isUpright ? " transform=\"rotate(-90 \(place[0]) \(place[1]))\"" : ""
        return """
          <text x="\(place[0])" y="\(place[1])" font-size="\(Self.number(9.75 * unit))" \
          text-anchor="\(anchor.rawValue)" fill="\(color.hexadecimal)"\(turn)>\(text.escapedForMarkup)</text>
          """
      }
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
      font-family="Helvetica, Arial, sans-serif" stroke-linecap="round" stroke-linejoin="round">
      <rect width="\(width)" height="\(height)" fill="#ffffff"/>
      \(lines.joined(separator: "\n"))
      </svg>

      """
  }

  /// A number with two places at most.
  private static func number(_ value: Double) -> String {
    let hundredths = Int((min(max(value, -1e6), 1e6) * 100).rounded())
    return hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
  }

  private static func pair(_ point: Point) -> String { "\(number(point.x)),\(number(point.y))" }
}

extension Color {
  /// The colour as CSS writes it: #rrggbb.
  public var hexadecimal: String { String(format: "#%02x%02x%02x", red, green, blue) }
}

extension String {
  /// The text for XML and HTML, within elements and quoted attributes; characters that XML has no place for become the
  /// replacement character.
  public var escapedForMarkup: String {
    unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
