/// Turns shapes into the fraction of each pixel that they cover.
struct Rasterizer {
  // Each row of pixels is cut into this many lines; along a line the cover is exact.
  private static let linesPerRow = 8

  private struct Crossing {
    var x: Float
    var winding: Int8
  }

  let height: Int
  let width: Int

  /// Calls `body` for each row that the shape touches, with the first column and the cover of the
  /// columns from there on, 0…1. A shape with a corner that is not finite touches nothing.
  func scan(_ shape: Outline, _ body: (_ y: Int, _ firstColumn: Int, _ coverage: [Float]) -> Void) {
    let corners = shape.polygons.joined()
    guard let top = corners.map(\.y).min(), let bottom = corners.map(\.y).max(),
      corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite })
    else { return }
    func row(_ y: Double) -> Int { Int(min(max(y, 0), Double(height))) }
    let rows = row(top.rounded(.down))..<row(bottom.rounded(.up))
    if rows.isEmpty { return }
    var lines = crossings(of: shape, rows: rows)
    for y in rows {
      let first = (y - rows.lowerBound) * Self.linesPerRow
      var (low, high) = (Float(width), Float(0))
      for line in first..<first + Self.linesPerRow {
        lines[line].sort { $0.x < $1.x }
        if let left = lines[line].first, let right = lines[line].last {
          low = min(low, left.x)
          high = max(high, right.x)
        }
      }
      let columns = Int(max(0, low))..<max(Int(max(0, low)), Int(min(Float(width), high.rounded(.up))))
      if columns.isEmpty { continue }
      body(y, columns.lowerBound, coverage(of: lines[first..<first + Self.linesPerRow], columns: columns))
    }
  }

  private func crossings(of shape: Outline, rows: Range<Int>) -> [[Crossing]] {
    let density = Double(Self.linesPerRow)
    var lines = [[Crossing]](repeating: [], count: rows.count * Self.linesPerRow)
    func lineIndex(_ y: Double) -> Int {
      let line = ((y - Double(rows.lowerBound)) * density - 0.5).rounded(.up)
      return Int(min(max(line, 0), Double(lines.count)))
    }
    for polygon in shape.polygons {
      for (from, to) in zip(polygon, polygon.dropFirst() + polygon.prefix(1)) where from.y != to.y {
        let (upper, lower) = from.y < to.y ? (from, to) : (to, from)
        let slope = (to.x - from.x) / (to.y - from.y)
        for line in lineIndex(upper.y)..<lineIndex(lower.y) {
          let y = Double(rows.lowerBound) + (Double(line) + 0.5) / density
          // Of numbers near the greatest it may be none, which the 0 before it takes in.
          let x = min(max(0, upper.x + slope * (y - upper.y)), Double(width))
          lines[line].append(Crossing(x: Float(x), winding: from.y < to.y ? 1 : -1))
        }
      }
    }
    return lines
  }

  // The cover's steps from column to column, then their running sum: a span costs only its two ends.
  private func coverage(of lines: ArraySlice<[Crossing]>, columns: Range<Int>) -> [Float] {
    var steps = [Float](repeating: 0, count: columns.count + 2)
    func step(at x: Float, _ amount: Float) {
      let column = min(Int(x), columns.upperBound)
      let within = x - Float(column)
      steps[column - columns.lowerBound] += amount * (1 - within)
      steps[column - columns.lowerBound + 1] += amount * within
    }
    let share = 1 / Float(Self.linesPerRow)
    for line in lines {
      var winding: Int8 = 0
      for crossing in line {
        let next = winding + crossing.winding
        if winding == 0 { step(at: crossing.x, share) }
        if next == 0 { step(at: crossing.x, -share) }
        winding = next
      }
    }
    var sum: Float = 0
    return columns.indices.map {
      sum += steps[$0 - columns.lowerBound]
      return min(max(sum, 0), 1)
    }
  }
}
