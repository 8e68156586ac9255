import Vision

/// How a target's box was drawn, as against the box around the pixels that a network finds: annotators leave arms out, or
/// count shadows in. Measured in the first frame it holds for all.
struct BoxDrawing: Sendable {
  /// The drawn box's centre off the other's, in widths and heights of that.
  private let offset: Point
  /// Its width and height, in those of the other.
  private let size: Point

  /// The box around the pixels itself.
  init() { (offset, size) = (Point(0, 0), Point(1, 1)) }

  /// Measures a drawn box against that around the pixels; nil where they overlap by less than half, for then the pixels are
  /// not what was meant.
  init?(of drawn: Box, around pixels: Box) {
    guard drawn.iou(pixels) > 0.5 else { return nil }
    offset = Point(
      (drawn.centerX - pixels.centerX) / pixels.width, (drawn.centerY - pixels.centerY) / pixels.height)
    size = Point(drawn.width / pixels.width, drawn.height / pixels.height)
  }

  /// The box as it would be drawn.
  func callAsFunction(_ pixels: Box) -> Box {
    Box(
      centerX: pixels.centerX + offset.x * pixels.width, centerY: pixels.centerY + offset.y * pixels.height,
      width: size.x * pixels.width, height: size.y * pixels.height)
  }
}
