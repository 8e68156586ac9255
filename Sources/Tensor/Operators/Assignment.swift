/// Why costs allow no assignment; the description is one clear line.
public enum AssignmentError: Error, Equatable, CustomStringConvertible {
  /// A cost is NaN or −∞.
  case invalidCost(row: Int, column: Int)
  /// Every assignment has a pair whose cost is infinite.
  case infeasible

  /// One clear line.
  public var description: String {
    switch self {
    case .invalidCost(let row, let column):
      "linearSumAssignment: the cost of row \(row) and column \(column) is NaN or −∞"
    case .infeasible: "linearSumAssignment: every assignment has a pair of infinite cost"
    }
  }
}

extension Tensor {
  /// The pairs of rows and columns of costs `[N, M]`, each row and each column in one pair at most, whose costs add up to
  /// least: as many as there are of the fewer, both `int32`, the rows in ascending order. So tracks find their detections,
  /// and predictions the objects they are compared with (Carion et al. 2020).
  ///
  /// A pair whose cost is infinite is forbidden. Throws an `AssignmentError` where no assignment avoids such pairs, and
  /// where a cost is NaN or −∞.
  public func linearSumAssignment() throws(AssignmentError) -> (rows: Tensor, columns: Tensor) {
    require(rank == 2, "linearSumAssignment: costs of shape \(shape) have not rows and columns")
    let costs = array(of: Double.self)
    if let invalid = costs.firstIndex(where: { $0.isNaN || $0 == -.infinity }) {
      throw .invalidCost(row: invalid / shape[1], column: invalid % shape[1])
    }
    if shape[0] > shape[1] {
      let (columns, rows) = try transposed().linearSumAssignment()
      let (ordered, order) = rows.sorted()
      return (ordered, columns.gather(order))
    }
    return (Tensor(0..<shape[0]), Tensor(try shortestAugmentingPaths(costs)))
  }

  /// Each row's column where there are no fewer columns (Jonker & Volgenant 1987): row by row, along the cheapest path that
  /// moves rows from column to column until one finds a free column.
  private func shortestAugmentingPaths(_ costs: [Double]) throws(AssignmentError) -> [Int32] {
    let (rows, columns) = (shape[0], shape[1])
    // Small enough that no sum along a path overflows; exactly, by a power of 2.
    let largest = costs.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
    let unit = largest > 0x1p900 ? 0x1p-100 : 1
    var owner = [Int?](repeating: nil, count: columns)
    // Prices under which no pair is cheaper than 0, and every pair made so far costs 0.
    var (rowPrice, columnPrice) = (
      [Double](repeating: 0, count: rows), [Double](repeating: 0, count: columns)
    )
    for first in 0..<rows {
      var distance = [Double](repeating: .infinity, count: columns)
      var previous = [Int?](repeating: nil, count: columns)
      var open = Array(0..<columns), reached: [Int] = []
      var row = first, column: Int? = nil, length = 0.0
      while true {
        for next in open {
          let through = length + costs[row * columns + next] * unit - rowPrice[row] - columnPrice[next]
          if through < distance[next] { (distance[next], previous[next]) = (through, column) }
        }
        let nearest = open.indices.min { distance[open[$0]] < distance[open[$1]] }!
        let end = open.remove(at: nearest)
        (column, length) = (end, distance[end])
        if length == .infinity { throw .infeasible }
        guard let other = owner[end] else { break }
        reached.append(end)
        row = other
      }
      rowPrice[first] += length
      for position in reached {
        columnPrice[position] -= length - distance[position]
        rowPrice[owner[position]!] += length - distance[position]
      }
      while let end = column {
        column = previous[end]
        owner[end] = column.map { owner[$0]! } ?? first
      }
    }
    var result = [Int32](repeating: 0, count: rows)
    for (column, row) in owner.enumerated() { if let row { result[row] = Int32(column) } }
    return result
  }
}
