import Foundation
import Tensor

/// A square tile of procedural noise with values in 0...1 that repeats seamlessly in both directions.
struct NoiseField: Sendable {
  /// The patterns a field can show.
  enum Pattern: CaseIterable {
    /// Octaves of value noise: clouds, grass, gravel.
    case clouds
    /// The same, folded at its middle: veins and cracks.
    case ridges
    /// Waves bent by noise: wood, marble, water.
    case waves
    /// Round spots around scattered points.
    case spots
    /// A checkerboard with softly bent edges.
    case checks
  }

  static let side = 128

  /// A few fields of each pattern: enough, as every texture turns, scales, shifts and colours them anew.
  static let library: [NoiseField] = (0..<20).map { index in
    var generator = SeededGenerator(seed: 0).fork(index)
    return NoiseField(Pattern.allCases[index % Pattern.allCases.count], using: &generator)
  }

  private var values: [Float]

  init(_ pattern: Pattern, using generator: inout SeededGenerator) {
    let side = Self.side
    let clouds = Self.octaves(
      from: [2, 4, 8][generator.integer(0..<3)], persistence: Float(generator.uniform(0.4..<0.75)),
      using: &generator)
    switch pattern {
    case .clouds:
      values = clouds
    case .ridges:
      values = clouds.map { 1 - abs(2 * $0 - 1) }
    case .waves:
      let (across, down) = (generator.integer(0..<5), generator.integer(2..<7))
      let bend = Float(generator.uniform(0.3..<1.5))
      values = (0..<side * side).map { i in
        let phase = Float(across * (i % side) + down * (i / side)) / Float(side)
        return 0.5 + 0.5 * sin(2 * .pi * (phase + bend * clouds[i]))
      }
    case .spots:
      let points = (0..<generator.integer(12..<40)).map { _ in
        (x: Float(generator.uniform()), y: Float(generator.uniform()))
      }
      values = (0..<side * side).map { i in
        let (x, y) = (Float(i % side) / Float(side), Float(i / side) / Float(side))
        var nearest = Float.infinity
        for point in points {
          // The tile repeats: no point is further than half of it.
          let (right, down) = (abs(x - point.x), abs(y - point.y))
          let (dx, dy) = (min(right, 1 - right), min(down, 1 - down))
          nearest = min(nearest, dx * dx + dy * dy)
        }
        return nearest.squareRoot() + 0.05 * clouds[i]
      }
    case .checks:
      let (across, down) = (generator.integer(1..<5), generator.integer(1..<5))
      values = (0..<side * side).map { i in
        let bend = 0.15 * clouds[i]
        let x = sin(2 * .pi * (Float(across * (i % side)) / Float(side) + bend))
        let y = sin(2 * .pi * (Float(down * (i / side)) / Float(side) + bend))
        return tanh(6 * x * y) + 0.2 * clouds[i]
      }
    }
    let (low, high) = (values.min()!, values.max()!)
    values = values.map { ($0 - low) / max(high - low, 1e-6) }
  }

  /// One of the library's fields.
  static func random(using generator: inout SeededGenerator) -> NoiseField {
    library[generator.integer(0..<library.count)]
  }

  /// The value at a point measured in tiles, between the neighbouring cells.
  @inline(__always)
  func value(_ point: SIMD2<Float>) -> Float {
    let scaled = point * Float(Self.side)
    let floor = scaled.rounded(.down)
    let part = scaled - floor
    let mask = Self.side - 1
    let (x0, y0) = (Int(floor.x) & mask, Int(floor.y) & mask)
    let (x1, y1) = ((x0 + 1) & mask, (y0 + 1) & mask)
    let upper = values[y0 * Self.side + x0] * (1 - part.x) + values[y0 * Self.side + x1] * part.x
    let lower = values[y1 * Self.side + x0] * (1 - part.x) + values[y1 * Self.side + x1] * part.x
    return upper * (1 - part.y) + lower * part.y
  }

  /// Value noise summed over octaves, the coarsest of `frequency` cells a tile.
  private static func octaves(
    from frequency: Int, persistence: Float, using generator: inout SeededGenerator
  ) -> [Float] {
    var sum = [Float](repeating: 0, count: side * side)
    var amplitude: Float = 1
    var total: Float = 0
    var cells = frequency
    while cells <= side / 2 {
      let lattice = (0..<cells * cells).map { _ in Float(generator.uniform()) }
      let scale = Float(cells) / Float(side)
      for y in 0..<side {
        let (row, v) = smoothCell(Float(y) * scale)
        let nextRow = (row + 1) % cells
        for x in 0..<side {
          let (column, u) = smoothCell(Float(x) * scale)
          let nextColumn = (column + 1) % cells
          let upper = lattice[row * cells + column] * (1 - u) + lattice[row * cells + nextColumn] * u
          let lower = lattice[nextRow * cells + column] * (1 - u) + lattice[nextRow * cells + nextColumn] * u
          sum[y * side + x] += amplitude * (upper * (1 - v) + lower * v)
        }
      }
      total += amplitude
      amplitude *= persistence
      cells *= 2
    }
    return sum.map { $0 / total }
  }

  /// The cell a coordinate lies in, and how far into it on a smooth step.
  private static func smoothCell(_ coordinate: Float) -> (Int, Float) {
    let cell = coordinate.rounded(.down)
    let t = coordinate - cell
    return (Int(cell), t * t * (3 - 2 * t))
  }
}
