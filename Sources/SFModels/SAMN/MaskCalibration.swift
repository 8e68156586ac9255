import Vision

/// How a target's box lies about the box around its pixels: who marks a target draws a box in their own way, which stays.
struct MaskCalibration: Sendable {
  /// From the mask's box to the target's: how far the middle moves, in sizes, and how much it grows.
  private var offset = Point(0, 0), growth = Point(1, 1)

  /// A mask whose box differs by more is not the target's whole.
  private static let reach = 0.25, range = (low: 2.0 / 3, high: 1.5)

  /// As the first box lies about the mask found there; of none there is no difference.
  init(box: Box, mask: Box?) {
    guard let mask else { return }
    let size = Point(mask.width, mask.height)
    offset = (Point(box.centerX, box.centerY) - Point(mask.centerX, mask.centerY)) / size
    growth = Point(box.width, box.height) / size
    let (low, high) = (Point(repeating: -Self.reach), Point(repeating: Self.reach))
    offset.clamp(lowerBound: low, upperBound: high)
    growth.clamp(lowerBound: Point(repeating: Self.range.low), upperBound: Point(repeating: Self.range.high))
  }

  /// The target's box, from the one around its mask.
  func callAsFunction(_ mask: Box) -> Box {
    Box(
      centerX: mask.centerX + offset.x * mask.width, centerY: mask.centerY + offset.y * mask.height,
      width: growth.x * mask.width, height: growth.y * mask.height)
  }
}
