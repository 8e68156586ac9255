import Tensor
import Vision

extension Box {
  /// Whether the box covers something and is finite.
  var isFollowable: Bool { !isEmpty && [x, y, width, height].allSatisfy(\.isFinite) }

  /// The box as a tracker may follow it: a pixel large at least, no larger than the frame, its middle in the frame.
  func trackable(in frame: Image) -> Box {
    require(
      [x, y, width, height].allSatisfy(\.isFinite), "a tracker can't follow a box that is not finite: \(self)"
    )
    return Box(
      centerX: min(max(centerX, 0), Double(frame.width)), centerY: min(max(centerY, 0), Double(frame.height)),
      width: min(max(width, 1), Double(frame.width)), height: min(max(height, 1), Double(frame.height)))
  }
}
