import Tensor

/// The highest point of a response map `[H, W]`.
struct ResponsePeak {
  /// How far it lies from the middle (`W / 2`, `H / 2`), in elements and parts of them.
  let x: Double, y: Double
  /// Its height.
  let value: Double
  /// How far it stands out: its height above the mean of what lies apart from it, in standard deviations of that (the
  /// peak-to-sidelobe ratio of Bolme et al., CVPR 2010); 0 where the map is flat.
  let sharpness: Double

  init(_ response: Tensor) {
    let (height, width) = (response.shape[0], response.shape[1])
    let values = response.array(of: Float.self)
    var best = 0
    for i in values.indices where values[i] > values[best] { best = i }
    let (column, row) = (best % width, best / width)
    func at(_ x: Int, _ y: Int) -> Double {
      Double(values[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)])
    }
    let top = at(column, row)
    x = Double(column - width / 2) + Self.vertex(at(column - 1, row), top, at(column + 1, row))
    y = Double(row - height / 2) + Self.vertex(at(column, row - 1), top, at(column, row + 1))
    value = top

    let reach = max(1, min(height, width) / 12)
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    for i in values.indices where abs(i % width - column) > reach || abs(i / width - row) > reach {
      count += 1
      sum += Double(values[i])
      squares += Double(values[i]) * Double(values[i])
    }
    let mean = sum / max(count, 1)
    let deviation = max(squares / max(count, 1) - mean * mean, 0).squareRoot()
    sharpness = deviation > 0 ? (top - mean) / deviation : 0
  }

  /// Where the parabola through three neighbours is highest, −½…½ from the middle one, which is no lower than the others.
  static func vertex(_ before: Double, _ middle: Double, _ after: Double) -> Double {
    let bend = 2 * middle - before - after
    return bend > 0 ? (after - before) / (2 * bend) : 0
  }
}
