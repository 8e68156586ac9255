import Tensor

/// The noise by which SFSeg++ disturbs its input channels, or replaces them (§5.1.5).
enum ChannelNoise: String, Sendable, CaseIterable {
  /// Values of [0, 0.1] are added, and the sum is brought back to [0, 1].
  case uniform = "uniform"
  /// A fifth of the pixels becomes 0 or 1.
  case saltAndPepper = "salt & pepper"
  /// In each frame, a rectangle of 2 to 5 % of its area becomes 0 or 1.
  case rectangles = "rectangles"

  /// Masks `[T, H, W]` in [0, 1] under the noise.
  func disturbing(_ masks: Tensor, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    switch self {
    case .uniform:
      return (masks + Tensor(uniform: masks.shape, in: 0..<0.1, seed: generator.next())) / 1.1
    case .saltAndPepper:
      let isHit = Tensor(bernoulli: masks.shape, probability: 0.2, seed: generator.next())
      let value = Tensor(bernoulli: masks.shape, probability: 0.5, seed: generator.next())
      return masks + isHit * (value - masks)
    case .rectangles:
      let (rows, columns) = Self.rectangles(masks.shape, using: &generator)
      let isHit = rows.expandingAxis(-1) * columns.expandingAxis(1)
      let value = Tensor(bernoulli: [masks.shape[0], 1, 1], probability: 0.5, seed: generator.next())
      return masks + isHit * (value - masks)
    }
  }

  /// The noise alone: over empty masks, brought to [0, 1].
  func replacing(_ masks: Tensor, seed: UInt64) -> Tensor {
    let noise = disturbing(Tensor(zeros: masks.shape), seed: seed)
    return self == .uniform ? noise * 11 : noise
  }

  /// A rectangle for each frame, anywhere within it, as the rows `[T, H]` and columns `[T, W]` it covers.
  private static func rectangles(
    _ shape: Shape, using generator: inout SeededGenerator
  ) -> (rows: Tensor, columns: Tensor) {
    let (height, width) = (shape[1], shape[2])
    func span(_ length: Double, of size: Int) -> [Float] {
      let length = min(max(1, Int(length.rounded())), size)
      let start = generator.integer(0..<size - length + 1)
      return (0..<size).map { start <= $0 && $0 < start + length ? 1 : 0 }
    }
    var (rows, columns): ([Float], [Float]) = ([], [])
    for _ in 0..<shape[0] {
      let side = generator.uniform(0.02..<0.05).squareRoot(), stretch = generator.uniform(0.7..<1.4)
      rows += span(Double(height) * side * stretch, of: height)
      columns += span(Double(width) * side / stretch, of: width)
    }
    return (Tensor(rows, shape: [shape[0], height]), Tensor(columns, shape: [shape[0], width]))
  }
}
