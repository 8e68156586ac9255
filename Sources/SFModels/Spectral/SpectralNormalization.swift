import Tensor

/// What follows each spectral step, so that the solution neither grows nor fades.
public enum SpectralNormalization: String, Sendable, CaseIterable {
  /// Each volume has Euclidean norm 1 (SFSeg, Eq. 8): power iteration, towards the leading eigenvector.
  case spectral
  /// Each frame lies in [0, 1], by its minimum and maximum.
  case frameRange
  /// Each value is divided by its pixel's degree in the graph, (M·x)_i / (M·1)_i, and so is a vote of its neighbourhood,
  /// weighted by the links: the scale of the scores is kept however many steps are made, no frame depends on its
  /// maximum, and thin structures survive.
  case degree
}

/// X / ‖X‖₂ for each volume of `[N, T, H, W]` (SFSeg, Eq. 8); a volume of zeros stays one.
public func unitNormalized(_ x: Tensor) -> Tensor {
  let norm = x.norm(axis: [1, 2, 3], keepingAxes: true)
  return x / norm.replacing(where: norm .== 0, with: 1)
}

/// (X − min X) / (max X − min X) for each frame of `[N, T, H, W]`; a constant frame becomes zeros.
public func frameRangeNormalized(_ x: Tensor) -> Tensor {
  let low = x.min(axis: [2, 3], keepingAxes: true), range = x.max(axis: [2, 3], keepingAxes: true) - low
  return (x - low) / range.replacing(where: range .== 0, with: 1)
}

/// σ(slope·(X − ½)): scores in [0, 1] drawn towards 0 and 1 (SFSeg++, §4.1).
public func softBinarized(_ x: Tensor, slope: Double) -> Tensor { (slope * (x - 0.5)).sigmoid() }

/// As `softBinarized(_:slope:)`, with a gradient to the slope, one value.
public func softBinarized(_ x: Tensor, slope: Tensor) -> Tensor { (slope * (x - 0.5)).sigmoid() }
