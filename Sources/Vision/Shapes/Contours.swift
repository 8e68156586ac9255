import CVision

extension Mask {
  /// The outlines of the mask's connected sets and of their holes, along the edges of pixels, in the order of their
  /// topmost edges.
  ///
  /// A set's own outline runs clockwise on the screen and a hole's the other way, so that filling them gives the mask
  /// again, and their signed areas (`polygonArea`) add up to its own. A hole is connected by edges where a set is by
  /// corners, and the other way round.
  public func contours(connectivity: Connectivity = .eight) -> Outline {
    let (rows, columns) = (Int64(height), Int64(width))
    let count = Int(ck_mask_count_corners(rows, columns, values))
    var corners = [Int32](repeating: 0, count: 2 * count)
    var ends = [Int64](repeating: 0, count: count / 4)
    let outlines = ck_mask_trace(rows, columns, connectivity == .eight, values, &corners, &ends)
    var begin = 0
    return Outline(
      polygons: ends.prefix(Int(outlines)).map { end in
        defer { begin = Int(end) }
        return (begin..<Int(end)).map { Point(Double(corners[2 * $0]), Double(corners[2 * $0 + 1])) }
      })
  }

  /// The pixels that differ from their right, lower or lower-right neighbour, in the mask or not: the boundary one pixel
  /// wide of the Berkeley segmentation benchmark, which DAVIS's boundary measure compares.
  public var boundary: Mask {
    Mask(height: height, width: width) { ck_mask_boundary(Int64(height), Int64(width), values, $0) }
  }
}
