/// Where a target is in a frame, as annotations and trackers tell it.
public enum Region: Sendable, Hashable {
  /// A rectangle along the axes.
  case box(Box)
  /// A rectangle at any angle.
  case rotatedBox(RotatedBox)
  /// The corners of a polygon, in order; the last one is joined to the first.
  case polygon([Point])
  /// Pixels: those of a mask whose top-left one is pixel (x, y) of the frame. The mask may be of the frame's size, or just
  /// large enough.
  case mask(Mask, x: Int = 0, y: Int = 0)

  /// The corners, in order; of a mask those of the box around its pixels, none where it has no pixel.
  public var corners: [Point] {
    switch self {
    case .box(let box): box.corners
    case .rotatedBox(let box): box.corners
    case .polygon(let corners): corners
    case .mask(let mask, let x, let y):
      mask.boundingBox?.translated(x: Double(x), y: Double(y)).corners ?? []
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

extension Mask {
  /// The pixels of a region in a frame of the given size: those whose centres it covers, or those of a mask.
  public init(of region: Region, height: Int, width: Int) {
    switch region {
    case .box(let box): self.init(box, height: height, width: width)
    case .rotatedBox, .polygon: self.init(.polygon(region.corners), height: height, width: width)
    case .mask(let mask, let x, let y):
      self = mask.cropped(x: -x, y: -y, height: height, width: width)
    }
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
