/// A rectangle along the axes, half-open: x to the right, y down, the top-left corner of the image's
/// first pixel at the origin. Pixel (i, j) covers `[i, i + 1) × [j, j + 1)`.
public struct Box: Sendable, Hashable {
  /// The left edge.
  public var x: Double
  /// The top edge.
  public var y: Double
  /// The extent to the right, in pixels.
  public var width: Double
  /// The extent downwards, in pixels.
  public var height: Double

  /// A box of its top-left corner and size.
  public init(x: Double, y: Double, width: Double, height: Double) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// A box of its centre and size.
  public init(centerX: Double, centerY: Double, width: Double, height: Double) {
    self.init(x: centerX - width / 2, y: centerY - height / 2, width: width, height: height)
  }

  /// The smallest box around the set pixels of a mask; nil when none is set.
  public init?(_ mask: Mask) {
    guard let box = mask.boundingBox else { return nil }
    self = box
  }

  /// The right edge, exclusive.
  public var maxX: Double { x + width }
  /// The lower edge, exclusive.
  public var maxY: Double { y + height }
  /// The centre's x.
  public var centerX: Double { x + width / 2 }
  /// The centre's y.
  public var centerY: Double { y + height / 2 }
  /// The corners, from the top-left one on, clockwise.
  public var corners: [Point] { [Point(x, y), Point(maxX, y), Point(maxX, maxY), Point(x, maxY)] }
  /// Whether the box covers nothing.
  public var isEmpty: Bool { !(width > 0 && height > 0) }
  /// The area in square pixels; 0 when empty.
  public var area: Double { isEmpty ? 0 : width * height }

  /// What both boxes cover; an empty box where they do not meet.
  public func intersection(_ other: Box) -> Box {
    let (left, top) = (max(x, other.x), max(y, other.y))
    return Box(
      x: left, y: top, width: max(0, min(maxX, other.maxX) - left),
      height: max(0, min(maxY, other.maxY) - top))
  }

  /// The smallest box around both; an empty one adds nothing.
  public func union(_ other: Box) -> Box {
    if isEmpty { return other }
    if other.isEmpty { return self }
    let (left, top) = (min(x, other.x), min(y, other.y))
    return Box(x: left, y: top, width: max(maxX, other.maxX) - left, height: max(maxY, other.maxY) - top)
  }

  /// The intersection's area over the union's, 0…1; 0 when both are empty.
  public func iou(_ other: Box) -> Double {
    let common = intersection(other).area
    let total = area + other.area - common
    return total > 0 ? common / total : 0
  }

  /// The part inside an image of the given size.
  public func clipped(height: Int, width: Int) -> Box {
    intersection(Box(x: 0, y: 0, width: Double(width), height: Double(height)))
  }

  /// The box grown or shrunk about its centre.
  public func scaled(by factor: Double) -> Box {
    Box(centerX: centerX, centerY: centerY, width: factor * width, height: factor * height)
  }

  /// The box in an image that was resized by these factors.
  public func scaled(x horizontal: Double, y vertical: Double) -> Box {
    Box(x: x * horizontal, y: y * vertical, width: width * horizontal, height: height * vertical)
  }

  /// The box moved.
  public func translated(x dx: Double, y dy: Double) -> Box {
    Box(x: x + dx, y: y + dy, width: width, height: height)
  }

  /// The smallest box around the four corners after an affine map.
  public func transformed(by map: Affine) -> Box {
    let corners = [map(x, y), map(maxX, y), map(x, maxY), map(maxX, maxY)]
    let (left, right) = (corners.map(\.x).min()!, corners.map(\.x).max()!)
    let (top, bottom) = (corners.map(\.y).min()!, corners.map(\.y).max()!)
    return Box(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// The box whose sides are the medians of those of some boxes; nil of none.
  public static func median(of boxes: [Box]) -> Box? {
    guard !boxes.isEmpty else { return nil }
    func median(_ side: (Box) -> Double) -> Double {
      let sorted = boxes.map(side).sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    let (left, top) = (median(\.x), median(\.y))
    return Box(x: left, y: top, width: median(\.maxX) - left, height: median(\.maxY) - top)
  }
}
