/// Where a target is in a frame, as annotations and trackers tell it.
public enum Region: Sendable, Hashable {
  /// A rectangle along the axes.
  case box(Box)
  /// A rectangle at any angle.
  case rotatedBox(RotatedBox)
  /// The corners of a polygon, in order; the last one is joined to the first.
  case polygon([Point])

  /// The corners, in order.
  public var corners: [Point] {
    switch self {
    case .box(let box):
      [Point(box.x, box.y), Point(box.maxX, box.y), Point(box.maxX, box.maxY), Point(box.x, box.maxY)]
    case .rotatedBox(let box): box.corners
    case .polygon(let corners): corners
    }
  }

  /// The smallest box along the axes around the region; an empty one at the origin where it has no corners.
  public var boundingBox: Box {
    if case .box(let box) = self { return box }
    let corners = corners
    guard let first = corners.first else { return Box(x: 0, y: 0, width: 0, height: 0) }
    let (low, high) = corners.reduce((first, first)) { (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1)) }
    return Box(x: low.x, y: low.y, width: high.x - low.x, height: high.y - low.y)
  }
}

/// A rectangle at any angle.
public struct RotatedBox: Sendable, Hashable {
  /// The centre, in the coordinates of `Box`.
  public var center: Point
  /// The extents along its own axes, in pixels.
  public var width: Double, height: Double
  /// How far its first axis is turned from the image's x axis, in radians, clockwise on the screen.
  public var angle: Double

  /// A box of its centre, size and angle.
  public init(center: Point, width: Double, height: Double, angle: Double) {
    (self.center, self.width, self.height, self.angle) = (center, width, height, angle)
  }

  /// The corners: for an angle of 0 the top-left one first, then clockwise.
  public var corners: [Point] {
    let turn = Affine.rotation(angle)
    let (x, y) = (width / 2, height / 2)
    return [turn(-x, -y), turn(x, -y), turn(x, y), turn(-x, y)].map { $0 + center }
  }
}
