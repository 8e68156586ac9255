extension Tensor {
  /// Images `[N, H, W, C]` resampled along one axis after the other, each a product with a matrix of weights.
  func filtered(
    _ sizes: [Int], _ interpolation: Interpolation, _ alignCorners: Bool, factors: [Double]? = nil,
    _ operation: String
  ) -> Tensor {
    Kernel.requireFloatingPoint(self, operation)
    let (height, width) = (sizes[0], sizes[1])
    let (samples, rows, columns, channels) = (shape[0], shape[1], shape[2], shape[3])
    require(
      height > 0 && width > 0 && elementCount > 0 && [.linear, .cubic, .area].contains(interpolation)
        && !(alignCorners && interpolation == .area),
      "\(operation): from \(shape) to \(height)×\(width), \(interpolation), antialiased")
    let down = interpolation.weights(from: rows, to: height, factors?[0], alignCorners).to(dtype)
    let across = interpolation.weights(from: columns, to: width, factors?[1], alignCorners).to(dtype)
    let shortened = down.matmul(reshape(samples, rows, columns * channels))
    return across.matmul(shortened.reshape(samples * height, columns, channels))
      .reshape(samples, height, width, channels)
  }
}

extension Interpolation {
  /// The weights `[to, from]` of the samples in each output. Where outputs stand more than a sample apart, the filter
  /// is as much wider.
  fileprivate func weights(from: Int, to: Int, _ factor: Double?, _ alignCorners: Bool) -> Tensor {
    let step =
      alignCorners
      ? (to > 1 ? Double(from - 1) / Double(to - 1) : 0) : factor.map { 1 / $0 } ?? Double(from) / Double(to)
    if self == .area && step > 1 { return Self.coverage(from: from, to: to, step) }
    let stretch = Swift.max(step, 1)
    let reach = stretch * (self == .cubic ? 2 : 1)
    var weights = [Double](repeating: 0, count: to * from)
    for output in 0..<to {
      let centre = step * (Double(output) + 0.5)
      let samples = Swift.max(Int(centre - reach + 0.5), 0)..<Swift.min(Int(centre + reach + 0.5), from)
      let row = samples.map { filter((Double($0) + 0.5 - centre) / stretch) }
      let total = row.reduce(0, +)
      for (sample, weight) in zip(samples, row) { weights[output * from + sample] = weight / total }
    }
    return Tensor(weights, shape: [to, from])
  }

  /// How much of each output each sample covers.
  private static func coverage(from: Int, to: Int, _ step: Double) -> Tensor {
    let ends = (0...to).map { Double($0) * step }
    let weights = (0..<to).flatMap { output in
      (0..<from).map { sample in
        let common = Swift.min(ends[output + 1], Double(sample + 1)) - Swift.max(ends[output], Double(sample))
        return Swift.max(common, 0) / step
      }
    }
    return Tensor(weights, shape: [to, from])
  }

  /// The filter at a distance: a hat, or cubic convolution with a = −0.5 (Keys 1981).
  private func filter(_ distance: Double) -> Double {
    let x = abs(distance)
    if self != .cubic { return Swift.max(0, 1 - x) }
    if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
  }
}
