import Foundation

extension Tensor: CustomStringConvertible {
  /// The elements in nested brackets, as NumPy prints them: columns aligned, the middle of long axes left out.
  public var description: String {
    let abridged = elementCount > 1000
    let positions = shape.map { size in
      abridged && size > 6 ? [0, 1, 2, nil, size - 3, size - 2, size - 1] : (0..<size).map(Optional.some)
    }
    let values = to(.float64).array(of: Double.self)
    let strides = shape.strides
    let shown = zip(positions, strides).reduce([0]) { offsets, axis in
      offsets.flatMap { offset in axis.0.compactMap { $0.map { offset + $0 * axis.1 } } }
    }
    let format = ElementFormat(shown.map { values[$0] }, dtype)

    func render(_ axis: Int, _ offset: Int) -> String {
      if axis == rank { return format.text(values[offset]) }
      let items = positions[axis].map { position in
        position.map { render(axis + 1, offset + $0 * strides[axis]) } ?? "..."
      }
      let gap =
        axis == rank - 1
        ? ", "
        : "," + String(repeating: "\n", count: rank - 1 - axis) + String(repeating: " ", count: axis + 1)
      return "[" + items.joined(separator: gap) + "]"
    }
    let text = render(0, 0)
    return dtype == .float32 ? text : text + " (\(dtype.rawValue))"
  }
}

/// One notation for all elements of a tensor: as many decimals as they need, at most four.
private struct ElementFormat {
  private let dtype: DType
  private var decimals = 0
  private var scientific = false
  private var width = 0

  init(_ values: [Double], _ dtype: DType) {
    self.dtype = dtype
    let finite = values.filter(\.isFinite)
    let magnitudes = finite.lazy.map(abs).filter { $0 > 0 }
    if dtype.isFloatingPoint, let largest = magnitudes.max(), let smallest = magnitudes.min() {
      scientific = largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1e5 && largest >= 1e4
      decimals = scientific ? 4 : (0...4).first { d in finite.allSatisfy { isExact($0, d) } } ?? 4
    }
    width = values.map { plain($0).count }.max() ?? 0
  }

  private func isExact(_ value: Double, _ decimals: Int) -> Bool {
    let scaled = value * Foundation.pow(10, Double(decimals))
    // float32 knows 0.1 to some seven digits, bfloat16 to two or three.
    let precision = dtype == .bfloat16 ? 4e-3 : dtype == .float32 ? 1e-7 : 1e-12
    return abs(scaled - scaled.rounded()) < precision * Swift.max(1, abs(scaled))
  }

  private func plain(_ value: Double) -> String {
    if dtype == .bool { return value == 0 ? "false" : "true" }
    if !dtype.isFloatingPoint { return String(Int(value)) }
    if !value.isFinite { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    if scientific { return String(format: "%.4e", value) }
    return String(format: "%.\(decimals)f", value) + (decimals == 0 ? "." : "")
  }

  func text(_ value: Double) -> String {
    let text = plain(value)
    return String(repeating: " ", count: Swift.max(0, width - text.count)) + text
  }
}
