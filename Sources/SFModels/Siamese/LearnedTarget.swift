import Tensor
import Vision

/// What a Siamese tracker learns of its target in the video itself. Its network compares everything with one template: it
/// knows neither the look-alikes around, nor around which part of an object the box was laid, and a box that is regressed
/// from frame to frame grows to the whole.
struct LearnedTarget: Sendable {
  private var filter: TargetFilter
  private var scaleFilter: ScaleFilter
  /// The given box's sides over those that the network told where it was given.
  private let correction: (width: Double, height: Double)

  // How far the network's first box must overlap with the given one to be corrected, and by how much at most.
  private static let overlap = 0.3, greatestCorrection = 2.0

  /// The target as it is in the first frame, and the box that the network tells there.
  init(_ frame: Image, _ target: Box, told: Box?) {
    (filter, scaleFilter) = (TargetFilter(frame, target), ScaleFilter(frame, target))
    guard let told, told.iou(target) > Self.overlap else {
      correction = (1, 1)
      return
    }
    func limited(_ ratio: Double) -> Double {
      min(max(ratio, 1 / Self.greatestCorrection), Self.greatestCorrection)
    }
    correction = (limited(target.width / told.width), limited(target.height / told.height))
  }

  /// A box of the network's as it would have been given.
  func corrected(_ box: Box) -> Box {
    Box(
      centerX: box.centerX, centerY: box.centerY, width: box.width * correction.width,
      height: box.height * correction.height)
  }

  /// Where the filter says that the target is.
  func response(_ frame: Image, around target: Box) -> Response {
    let map = Threads.serially { filter.response(frame, around: target) }
    return Response(map, around: target, cell: TargetFilter.cell(of: target))
  }

  /// The target's box: as it is told, its size the mean of that and of what the filter along scales makes of the one before.
  /// Learns it.
  mutating func follow(_ frame: Image, _ told: Box, before: Box) -> Box {
    let moved = before.centred(at: Point(told.centerX, told.centerY)).trackable(in: frame)
    return Threads.serially {
      let target = told.mean(scaleFilter.follow(frame, moved))
      filter.learn(frame, target)
      return target
    }
  }

  /// A filter's response, as a function of places in the frame: 1 at its peak, whatever its height, for it compares places
  /// of one frame.
  struct Response {
    private let values: [Float], height: Int, width: Int
    private let center: Point, cell: Double

    /// A response `[H, W]`, the target in the middle, in cells of so many pixels.
    init(_ response: Tensor, around target: Box, cell: Double) {
      let peak = response.max().item
      values = (peak > 0 ? response / peak : response * 0).array()
      (height, width, self.cell) = (response.shape[0], response.shape[1], cell)
      center = Point(target.centerX, target.centerY)
    }

    /// Its value between four cells, 0 where it is less, and beyond it.
    func value(x: Double, y: Double) -> Double {
      let column = (x - center.x) / cell + Double(width / 2), row = (y - center.y) / cell + Double(height / 2)
      guard 0..<Double(width - 1) ~= column, 0..<Double(height - 1) ~= row else { return 0 }
      let (i, j) = (Int(row), Int(column)), (v, u) = (row - Double(i), column - Double(j))
      func at(_ i: Int, _ j: Int) -> Double { Double(values[i * width + j]) }
      let (above, below) = (
        at(i, j) * (1 - u) + at(i, j + 1) * u, at(i + 1, j) * (1 - u) + at(i + 1, j + 1) * u
      )
      return max(0, above * (1 - v) + below * v)
    }
  }
}
