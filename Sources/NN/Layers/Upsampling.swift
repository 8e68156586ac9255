import Tensor

/// Images `[N, H, W, C]` enlarged by a whole factor.
public struct Upsample2d: Layer {
  private let factor: Int, interpolation: Interpolation, alignCorners: Bool

  /// Doubles, bilinearly, unless told otherwise.
  public init(by factor: Int = 2, interpolation: Interpolation = .linear, alignCorners: Bool = false) {
    (self.factor, self.interpolation, self.alignCorners) = (factor, interpolation, alignCorners)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.upsampled2d(by: factor, interpolation: interpolation, alignCorners: alignCorners)
  }
}
