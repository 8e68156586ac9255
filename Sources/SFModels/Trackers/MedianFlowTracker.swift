import Foundation
import Vision

/// Follows a target by the optical flow of a grid of points on it (Kalal et al., "Forward-Backward Error: Automatic
/// Detection of Tracking Failures", ICPR 2010): of the points that come back to where they started when they are tracked
/// backwards, and look alike in both frames, the median motion moves the target, and the median change of their distances
/// scales it. A target that moves too unevenly is lost, and stays where it was.
public struct MedianFlowTracker: Tracker, Sendable {
  private var previous: Image?
  private var target = Box(x: 0, y: 0, width: 0, height: 0)

  // The paper's grid, window of the comparison, and largest median deviation in pixels.
  private static let points = 10, window = 10, deviation = 10.0
  /// How far around the target points are followed, in sizes of the target, and in pixels at least.
  private static let reach = 4.0, margin = 40.0

  /// A tracker.
  public init() {}

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on target: Region) {
    self.target = target.boundingBox.trackable(in: frame)
    previous = frame.converted(to: .grey)
  }

  /// The target's box in the next frame, and the share of points that could be followed there and back.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard let previous else { fatalError("MedianFlowTracker: a frame to track in before one to start on") }
    let grey = frame.converted(to: .grey)
    defer { self.previous = grey }
    guard grey.width == previous.width, grey.height == previous.height else {
      return TrackedTarget(.box(target), confidence: 0)
    }
    let (x, y, width, height) = surroundings(in: grey)
    let first = previous.cropped(x: x, y: y, height: height, width: width)
    let second = grey.cropped(x: x, y: y, height: height, width: width)
    let starts = grid(target.translated(x: Double(-x), y: Double(-y)))
    let ends = pointFlow(of: starts, from: first, to: second)
    let returns = pointFlow(of: ends, from: second, to: first)

    let errors = starts.indices.map { length(returns[$0] - starts[$0]) }
    let likenesses = starts.indices.map { likeness(first, starts[$0], second, ends[$0]) }
    let (error, resemblance) = (median(errors), median(likenesses))
    let kept = starts.indices.filter { errors[$0] <= error && likenesses[$0] >= resemblance }
    let motions = kept.map { ends[$0] - starts[$0] }
    let motion = Point(median(motions.map(\.x)), median(motions.map(\.y)))
    guard !kept.isEmpty, error < Self.deviation, median(motions.map { length($0 - motion) }) < Self.deviation
    else { return TrackedTarget(.box(target), confidence: 0) }

    let moved = target.translated(x: motion.x, y: motion.y)
    target = moved.scaled(by: scale(kept.map { (starts[$0], ends[$0]) })).trackable(in: frame)
    return TrackedTarget(.box(target), confidence: Double(errors.count { $0 < 1 }) / Double(errors.count))
  }

  /// The part of the frame around the target, in whole pixels.
  private func surroundings(in frame: Image) -> (x: Int, y: Int, width: Int, height: Int) {
    let part = Box(
      centerX: target.centerX, centerY: target.centerY, width: target.width * Self.reach + Self.margin,
      height: target.height * Self.reach + Self.margin
    ).clipped(height: frame.height, width: frame.width)
    let (x, y) = (Int(part.x), Int(part.y))
    return (x, y, Int(part.maxX.rounded(.up)) - x, Int(part.maxY.rounded(.up)) - y)
  }

  private func grid(_ box: Box) -> [Point] {
    (0..<Self.points * Self.points).map { index in
      let (column, row) = (Double(index % Self.points) + 0.5, Double(index / Self.points) + 0.5)
      return Point(
        box.x + column * box.width / Double(Self.points), box.y + row * box.height / Double(Self.points))
    }
  }

  /// The correlation of the grey levels around two points; 0 where one is flat.
  private func likeness(_ first: Image, _ a: Point, _ second: Image, _ b: Point) -> Double {
    let side = Double(Self.window)
    func levels(_ image: Image, _ point: Point) -> [Double] {
      let middle = Point(
        min(max(point.x, 0), Double(image.width)), min(max(point.y, 0), Double(image.height)))
      let box = Box(centerX: middle.x, centerY: middle.y, width: side, height: side)
      let levels = image.patch(box, height: Self.window, width: Self.window).pixels.map { Double($0) }
      let mean = levels.reduce(0, +) / Double(levels.count)
      return levels.map { $0 - mean }
    }
    let (u, v) = (levels(first, a), levels(second, b))
    func dot(_ u: [Double], _ v: [Double]) -> Double { zip(u, v).reduce(0) { $0 + $1.0 * $1.1 } }
    let norms = (dot(u, u) * dot(v, v)).squareRoot()
    return norms > 0 ? dot(u, v) / norms : 0
  }

  /// The median change of the distances between points.
  private func scale(_ pairs: [(start: Point, end: Point)]) -> Double {
    var ratios: [Double] = []
    for i in pairs.indices {
      for j in 0..<i {
        let before = length(pairs[i].start - pairs[j].start)
        if before > 0 { ratios.append(length(pairs[i].end - pairs[j].end) / before) }
      }
    }
    return ratios.isEmpty ? 1 : median(ratios)
  }

  private func length(_ vector: Point) -> Double { (vector.x * vector.x + vector.y * vector.y).squareRoot() }

  /// The middle value, the upper one of two; 0 of none.
  private func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
}
