/// The area inside a polygon (Gauss's formula); negative where it runs counterclockwise on the screen.
public func polygonArea(_ corners: [Point]) -> Double {
  guard let origin = corners.first else { return 0 }
  return edges(of: corners).reduce(0) { $0 + cross($1.from - origin, $1.to - origin) } / 2
}

/// The edges of a polygon, the one back to the first corner last.
private func edges(of corners: [Point]) -> [(from: Point, to: Point)] {
  corners.indices.map { (corners[$0], corners[($0 + 1) % corners.count]) }
}

/// Positive where `b` points to the right of `a`, on the screen.
func cross(_ a: Point, _ b: Point) -> Double { a.x * b.y - a.y * b.x }

/// A polygon without dents.
public struct ConvexPolygon: Sendable, Hashable {
  /// The corners, clockwise on the screen, no three on a line; fewer than three where the polygon is a line, a point
  /// or nothing.
  public let corners: [Point]

  /// The convex hull of points (Andrew, "Another Efficient Algorithm for Convex Hulls in Two Dimensions", 1979); of
  /// nothing where one is not finite.
  public init(hullOf points: [Point]) {
    guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
      corners = []
      return
    }
    let sorted = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    /// The corners of one side, left to right or right to left, without the last.
    func side(_ points: some Sequence<Point>) -> [Point] {
      var chain: [Point] = []
      for point in points {
        while chain.count > 1, cross(chain.last! - chain[chain.count - 2], point - chain.last!) <= 0 {
          chain.removeLast()
        }
        if chain.last != point { chain.append(point) }
      }
      return chain.dropLast()
    }
    let (upper, lower) = (side(sorted), side(sorted.reversed()))
    corners = upper.isEmpty ? Array(sorted.prefix(1)) : upper + lower
  }

  /// The convex hull of a region: of a box, or of a polygon without dents, the region itself.
  public init(hullOf region: Region) {
    if case .mask(let mask, let x, let y) = region {
      let hull = ConvexPolygon(hullOf: mask)
      self.init(corners: hull.corners.map { $0 + Point(Double(x), Double(y)) })
    } else {
      self.init(hullOf: region.corners)
    }
  }

  /// The convex hull of the set pixels, each with its whole square.
  public init(hullOf mask: Mask) {
    self.init(
      hullOf: mask.rowExtents.enumerated().filter { $1.last >= 0 }.flatMap { y, row in
        [row.first, row.last + 1].flatMap { x in
          [Point(Double(x), Double(y)), Point(Double(x), Double(y + 1))]
        }
      })
  }

  /// A polygon whose corners are as `corners` says.
  private init(corners: [Point]) { self.corners = corners }

  /// The area in square pixels.
  public var area: Double { polygonArea(corners) }

  /// Whether a point is inside or on the edge; never in a polygon without area.
  public func contains(_ point: Point) -> Bool {
    corners.count > 2 && edges(of: corners).allSatisfy { cross($0.to - $0.from, point - $0.from) >= 0 }
  }

  /// What both polygons cover (Sutherland and Hodgman, "Reentrant Polygon Clipping", CACM 1974); nothing where that has
  /// no area.
  public func intersection(_ other: ConvexPolygon) -> ConvexPolygon {
    guard corners.count > 2 && other.corners.count > 2 else { return ConvexPolygon(corners: []) }
    let common = edges(of: other.corners).reduce(corners) { rest, side in
      edges(of: rest).flatMap { from, to in
        let before = cross(side.to - side.from, from - side.from)
        let after = cross(side.to - side.from, to - side.from)
        let inside = before >= 0 ? [from] : []
        if (before >= 0) == (after >= 0) { return inside }
        return inside + [from + before / (before - after) * (to - from)]
      }
    }
    let hull = ConvexPolygon(hullOf: common)
    return hull.corners.count > 2 ? hull : ConvexPolygon(corners: [])
  }

  /// The intersection's area over the union's, 0…1; 0 where both are without area.
  public func iou(_ other: ConvexPolygon) -> Double {
    let common = intersection(other).area
    let total = area + other.area - common
    return total > 0 ? min(common / total, 1) : 0
  }
}
