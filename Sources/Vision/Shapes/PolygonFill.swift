import CVision

/// What is inside polygons that cross themselves or each other.
public enum FillRule: Sendable {
  /// What they wind around, counted with their sense.
  case nonzero
  /// What lies behind an odd number of edges.
  case evenOdd
}

extension Mask {
  /// The pixels whose centres lie inside a shape; a centre on an edge belongs to what is to the right of it, or below,
  /// so that shapes which share an edge share no pixel. A shape with a corner that is not finite has none.
  public init(_ shape: Outline, height: Int, width: Int, rule: FillRule = .nonzero) {
    let corners = shape.polygons.flatMap { $0.flatMap { [$0.x, $0.y] } }
    var count: Int64 = 0
    let ends = shape.polygons.map { polygon in
      count += Int64(polygon.count)
      return count
    }
    guard corners.allSatisfy(\.isFinite) else {
      self.init(height: height, width: width)
      return
    }
    self.init(height: height, width: width) {
      ck_mask_fill(Int64(height), Int64(width), rule == .evenOdd, Int64(ends.count), ends, corners, $0)
    }
  }
}
