extension Tensor {
  /// Sines and cosines of positions `[…]` at falling frequencies, `[…, C]`: sin(p / b^(2i/C)) in channel 2i and the cosine
  /// of the same in channel 2i + 1, b being the base (Vaswani et al. 2017). An image's are those of its rows beside those of
  /// its columns, C/2 channels each.
  public func sinusoidalEncoding(channels: Int, base: Double = 10_000) -> Tensor {
    require(channels % 2 == 0 && base > 0, "sinusoidalEncoding: \(channels) channels, base \(base)")
    if !dtype.isFloatingPoint {
      return to(.float64).sinusoidalEncoding(channels: channels, base: base).to(.float32)
    }
    return throughFloat32 { positions in
      let exponents = Tensor(0..<channels / 2).to(.float64) * (-2 / Double(channels))
      let frequencies = Tensor(base, dtype: .float64).pow(exponents).to(positions.dtype)
      let angles = positions.expandingAxis(-1) * frequencies
      return Tensor.stack([angles.sin(), angles.cos()], axis: -1).reshape(Shape(shape + [channels]))
    }
  }
}
