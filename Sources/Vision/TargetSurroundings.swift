/// The surroundings of a target as a network sees them: a part of the frame in proportion to the target, always in the same
/// size.
public struct TargetSurroundings: Sendable, Equatable {
  /// What is seen of the frame, in its pixels; may reach beyond it.
  public let part: Box
  /// The size it is seen in, in pixels; it has the part's proportions.
  public let height: Int, width: Int

  /// What is seen around a box that is not empty: in height or width `times` as much as the target takes,
  /// whichever is more.
  public init(around target: Box, times: Double, height: Int, width: Int) {
    let aspect = Double(width) / Double(height)
    let side = times * max(target.height, target.width / aspect)
    part = Box(centerX: target.centerX, centerY: target.centerY, width: side * aspect, height: side)
    (self.height, self.width) = (height, width)
  }

  /// Pixels here to one of the frame.
  private var scale: Double { Double(height) / part.height }

  /// What is seen of a frame, RGB; beyond it its border goes on.
  public func of(_ frame: Image) -> Image {
    frame.converted(to: .rgb).patch(part, height: height, width: width)
  }

  /// What is seen of a mask of the frame; nothing beyond it.
  public func of(_ mask: Mask) -> Mask {
    let toHere = Affine.translation(-part.x, -part.y).then(.scale(scale, scale))
    return mask.warped(by: toHere, height: height, width: width)
  }

  /// Where a box of the frame is seen.
  public func place(_ box: Box) -> Box {
    box.translated(x: -part.x, y: -part.y).scaled(x: scale, y: scale)
  }

  /// From here to the frame.
  public var placeInFrame: Affine { .scale(1 / scale, 1 / scale).then(.translation(part.x, part.y)) }
}
