import Vision

extension Box {
  /// The box between this one and another.
  func mean(_ other: Box) -> Box {
    Box(
      centerX: (centerX + other.centerX) / 2, centerY: (centerY + other.centerY) / 2,
      width: (width + other.width) / 2, height: (height + other.height) / 2)
  }

  /// The box moved to a centre.
  func centred(at center: Point) -> Box {
    Box(centerX: center.x, centerY: center.y, width: width, height: height)
  }

  /// Its width and height.
  var size: Point { Point(width, height) }
}
