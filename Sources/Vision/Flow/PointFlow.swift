import CVision
import Tensor

/// Where points of the first image are in the second, of one size, by their grey levels: pyramidal Lucas–Kanade (Bouguet,
/// "Pyramidal Implementation of the Lucas Kanade Feature Tracker", 2000), on windows of 9 × 9 pixels. A point whose
/// surroundings are flat is found only as exactly as coarser levels tell.
public func pointFlow(of points: [Point], from first: Image, to second: Image) -> [Point] {
  require(
    first.width == second.width && first.height == second.height,
    "pointFlow: images of \(first.height)×\(first.width) and \(second.height)×\(second.width)")
  var positions = points.flatMap { [Float($0.x), Float($0.y)] }
  ck_flow_points_u8(
    first.converted(to: .grey).pixels, second.converted(to: .grey).pixels, Int64(first.width),
    Int64(first.height),
    Int64(points.count), &positions)
  return points.indices.map { Point(Double(positions[2 * $0]), Double(positions[2 * $0 + 1])) }
}
