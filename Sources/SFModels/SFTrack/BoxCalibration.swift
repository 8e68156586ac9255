import Foundation
import Vision

/// How trackers' boxes lie about a target, beside how its first box does.
///
/// Who marked the target draws a box in their own way, and trackers soon return to theirs: tighter, or with the feet, or
/// without the shadow. That difference stays, so it can be measured while the target still looks as it did at first: a
/// template of the first box tells where that box went, and its size how large it still must be.
struct BoxCalibration: Sendable {
  private let template: NormalizedCorrelation
  private let first: Box
  private var frames = 0
  /// Of boxes where the template was found: the centre's x and y, in sizes of the box, and the logarithms of width and
  /// height, all less those of the first box there.
  private var offsets: [SIMD4<Double>] = []

  // So long the target is taken to keep its size, so well the template must be found, and so many offsets of zero are
  // taken to be there already; an offset beyond the limit would be another thing's.
  private static let length = 10, correlation = 0.9, prior = 5.0, limit = 0.3

  /// The target as it was marked.
  init(_ frame: Image, _ box: Box) {
    first = box.trackable(in: frame)
    template = NormalizedCorrelation(frame, first, side: 32, reach: 1.5)
  }

  /// Learns from where trackers see the target in the next frame.
  mutating func observe(_ frame: Image, _ box: Box) {
    frames += 1
    guard frames <= Self.length else { return }
    let box = box.trackable(in: frame)
    let place = Box(centerX: box.centerX, centerY: box.centerY, width: first.width, height: first.height)
    let found = template.match(frame, around: place)
    let marked = place.translated(x: found.x * place.width, y: found.y * place.height)
    guard found.correlation > Self.correlation, marked.iou(box) > 0.4 else { return }
    offsets.append(
      SIMD4(
        (box.centerX - marked.centerX) / box.width, (box.centerY - marked.centerY) / box.height,
        log(box.width / marked.width), log(box.height / marked.height)))
  }

  /// A tracker's box as it would be marked.
  func corrected(_ box: Box) -> Box {
    guard !offsets.isEmpty else { return box }
    let trust = Double(offsets.count) / (Double(offsets.count) + Self.prior)
    let offset = SIMD4((0..<4).map { axis in median(offsets.map { $0[axis] }) }) * trust
    let limited = offset.clamped(
      lowerBound: SIMD4(repeating: -Self.limit), upperBound: SIMD4(repeating: Self.limit))
    return Box(
      centerX: box.centerX - limited.x * box.width, centerY: box.centerY - limited.y * box.height,
      width: box.width * exp(-limited.z), height: box.height * exp(-limited.w))
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted(), middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
