import Foundation

/// The outline of a filled region: closed polygons, in the coordinates of `Box`. Polygons that overlap unite
/// when they run the same way round; one that runs the other way cuts a hole.
public struct Outline: Sendable {
  /// The corners of each polygon, in order; the last is joined to the first.
  public var polygons: [[Point]]

  /// An outline of its polygons.
  public init(polygons: [[Point]]) { self.polygons = polygons }

  /// The polygon of the given corners.
  public static func polygon(_ corners: [Point]) -> Outline { Outline(polygons: [corners]) }

  /// A filled rectangle.
  public static func rectangle(_ box: Box) -> Outline { .polygon(box.corners) }

  /// The frame along a rectangle, of the given thickness inwards.
  public static func frame(_ box: Box, thickness: Double) -> Outline {
    let inner = Box(
      centerX: box.centerX, centerY: box.centerY, width: box.width - 2 * thickness,
      height: box.height - 2 * thickness)
    guard !inner.isEmpty else { return .rectangle(box) }
    return Outline(
      polygons: Outline.rectangle(box).polygons + [Outline.rectangle(inner).polygons[0].reversed()])
  }

  /// The ellipse that touches the sides of a box.
  public static func ellipse(in box: Box) -> Outline {
    let corners = max(16, 4 * steps(3 * max(box.width, box.height).squareRoot()))
    return .polygon(
      (0..<corners).map {
        let angle = 2 * Double.pi * Double($0) / Double(corners)
        return Point(box.centerX + box.width / 2 * cos(angle), box.centerY + box.height / 2 * sin(angle))
      })
  }

  /// A line through points, with round ends and corners.
  public static func line(_ points: [Point], thickness: Double) -> Outline {
    if points.count == 1 { return capsule(points[0], points[0], radius: thickness / 2) }
    return zip(points, points.dropFirst()).reduce(into: Outline(polygons: [])) {
      $0.polygons += capsule($1.0, $1.1, radius: thickness / 2).polygons
    }
  }

  private static func capsule(_ from: Point, _ to: Point, radius: Double) -> Outline {
    let heading = atan2(to.y - from.y, to.x - from.x)
    let steps = max(8, steps(4 * radius.squareRoot()))
    func cap(_ center: Point, _ start: Double) -> [Point] {
      (0...steps).map {
        let angle = start + Double.pi * Double($0) / Double(steps)
        return Point(center.x + radius * cos(angle), center.y + radius * sin(angle))
      }
    }
    return .polygon(cap(to, heading - .pi / 2) + cap(from, heading + .pi / 2))
  }

  /// Parts of a curve, some thousands at most: of one that is not finite nothing is drawn anyway.
  private static func steps(_ wanted: Double) -> Int { wanted < 4096 ? Int(wanted) : 4096 }

  /// A line of text in the built-in font (ASCII, letters 5×7 units, 6 units apart), its top-left corner
  /// at the origin; `unit` is the size of the font's unit in pixels.
  public static func text(_ text: String, unit: Double = 1) -> Outline {
    var shape = Outline(polygons: [])
    for (position, character) in text.enumerated() {
      let origin = Point(Double(position * Font.advance), 0)
      shape.polygons += Font.outline(of: character).map { $0.map { unit * ($0 + origin) } }
    }
    return shape
  }

  /// The width in pixels of a text of the given unit.
  public static func textWidth(_ text: String, unit: Double = 1) -> Double {
    unit * Double(max(0, text.count * Font.advance - 1))
  }

  /// The shape after an affine map.
  public func transformed(by map: Affine) -> Outline {
    Outline(polygons: polygons.map { $0.map { map($0.x, $0.y) } })
  }

  /// The shape moved.
  public func translated(x: Double, y: Double) -> Outline { transformed(by: .translation(x, y)) }
}

extension Font {
  /// The filled cells of a character as squares, with diagonal neighbours joined by small triangles.
  static func outline(of character: Character) -> [[Point]] {
    let rows = cells(character)
    func isFilled(_ x: Int, _ y: Int) -> Bool {
      rows.indices.contains(y) && (0..<5).contains(x) && rows[y][x]
    }
    var polygons: [[Point]] = []
    for y in rows.indices {
      for x in 0..<5 where isFilled(x, y) {
        let corner = Point(Double(x), Double(y))
        polygons.append([corner, corner + Point(1, 0), corner + Point(1, 1), corner + Point(0, 1)])
        // Towards the lower right and the lower left.
        for side in [1, -1] where isFilled(x + side, y + 1) && !isFilled(x + side, y) && !isFilled(x, y + 1) {
          let joint = corner + Point(side == 1 ? 1 : 0, 1)
          let across = Point(Double(side) / 2, 0)
          polygons.append(clockwise([joint, joint - Point(0, 0.5), joint + across]))
          polygons.append(clockwise([joint, joint + Point(0, 0.5), joint - across]))
        }
      }
    }
    return polygons
  }

  // On the screen, as the squares run, so that they unite.
  private static func clockwise(_ triangle: [Point]) -> [Point] {
    let (a, b) = (triangle[1] - triangle[0], triangle[2] - triangle[0])
    return a.x * b.y - a.y * b.x < 0 ? triangle.reversed() : triangle
  }
}
