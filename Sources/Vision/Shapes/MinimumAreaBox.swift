import Foundation

extension RotatedBox {
  /// The rotated rectangle of the least area around points, one of whose sides lies along their convex hull's (Freeman
  /// and Shapira, CACM 1975; found with rotating calipers, Toussaint 1983); nil where there is no point.
  ///
  /// The angle is the one in -π/4 < angle ≤ π/4, so that the width is the extent more nearly along x.
  public init?(enclosing points: [Point]) { self.init(enclosing: ConvexPolygon(hullOf: points)) }

  /// The rotated rectangle of the least area around the set pixels, each with its whole square; nil where none is set.
  /// OpenCV's, around the centres, is a pixel smaller.
  public init?(enclosing mask: Mask) { self.init(enclosing: ConvexPolygon(hullOf: mask)) }

  private init?(enclosing hull: ConvexPolygon) {
    let corners = hull.corners
    guard let first = corners.first else { return nil }
    guard corners.count > 1 else {
      self.init(center: first, width: 0, height: 0, angle: 0)
      return
    }
    func corner(_ index: Int) -> Point { corners[index % corners.count] }
    func dot(_ a: Point, _ b: Point) -> Double { a.x * b.x + a.y * b.y }
    var best = (area: Double.infinity, box: RotatedBox(center: first, width: 0, height: 0, angle: 0))
    // The corners furthest ahead along an edge, furthest from it and furthest behind, which move on as the edge does.
    var (ahead, across, behind) = (1, 1, 1)
    for index in corners.indices {
      let (from, edge) = (corner(index), corner(index + 1) - corner(index))
      let along = edge / dot(edge, edge).squareRoot()
      let inwards = Point(-along.y, along.x)
      func advance(_ caliper: inout Int, from start: Int, _ direction: Point) {
        caliper = max(caliper, start)
        while caliper < index + corners.count, dot(corner(caliper + 1) - corner(caliper), direction) > 0 {
          caliper += 1
        }
      }
      advance(&ahead, from: index + 1, along)
      advance(&across, from: ahead, inwards)
      advance(&behind, from: across, -along)
      let (low, high) = (dot(corner(behind) - from, along), dot(corner(ahead) - from, along))
      let (length, depth) = (high - low, dot(corner(across) - from, inwards))
      if length * depth < best.area {
        let center = from + (low + high) / 2 * along + depth / 2 * inwards
        best = (
          length * depth,
          RotatedBox(center: center, width: length, height: depth, angle: atan2(along.y, along.x)).upright
        )
      }
    }
    self = best.box
  }

  /// The same rectangle with its angle in -π/4 < angle ≤ π/4.
  var upright: RotatedBox {
    let quarters = (angle / (.pi / 2) - 0.5).rounded(.up)
    let isTurned = Int(quarters) % 2 != 0
    return RotatedBox(
      center: center, width: isTurned ? height : width, height: isTurned ? width : height,
      angle: angle - quarters * (.pi / 2))
  }

  /// The intersection's area over the union's, 0…1; 0 where both are without area.
  public func iou(_ other: RotatedBox) -> Double {
    ConvexPolygon(hullOf: corners).iou(ConvexPolygon(hullOf: other.corners))
  }
}
