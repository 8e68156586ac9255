import Tensor
import Vision

/// A tracker's boxes of one sequence beside the true ones, frame by frame: what the metrics of tracking are made from. A
/// frame in which the tracker has no box, or no finite one, has overlap 0 and is infinitely far off.
struct TrackedFrames {
  /// Intersection over union, 0…1.
  private(set) var overlaps: [Double] = []
  /// The distance between the centres, in pixels.
  private(set) var distances: [Double] = []
  /// The same, its parts divided by the true box's width and height.
  private(set) var normalizedDistances: [Double] = []

  /// Pairs of a tracker's box and the truth.
  init(_ pairs: some Sequence<(Box?, Box)>) {
    for (box, truth) in pairs {
      guard let box, box.x.isFinite, box.y.isFinite, box.width.isFinite, box.height.isFinite else {
        overlaps.append(0)
        distances.append(.infinity)
        normalizedDistances.append(.infinity)
        continue
      }
      let (dx, dy) = (box.centerX - truth.centerX, box.centerY - truth.centerY)
      overlaps.append(box.iou(truth))
      distances.append((dx * dx + dy * dy).squareRoot())
      let (x, y) = (dx / truth.width, dy / truth.height)
      normalizedDistances.append((x * x + y * y).squareRoot())
    }
  }
}

extension [Double] {
  /// For each threshold the share of these for which `holds`; 0 of nothing.
  func shares(_ holds: (Double, Double) -> Bool, _ thresholds: [Double]) -> [Double] {
    thresholds.map { threshold in Double(count { holds($0, threshold) }) / Double(Swift.max(count, 1)) }
  }

  /// `count` numbers from 0 to `end`, evenly spaced.
  static func thresholds(_ count: Int, to end: Double) -> [Double] {
    (0..<count).map { end * Double($0) / Double(count - 1) }
  }

  /// The mean of curves, point by point.
  static func mean(of curves: [[Double]]) -> [Double] {
    (curves.first ?? []).indices.map { point in curves.map { $0[point] }.mean }
  }
}
