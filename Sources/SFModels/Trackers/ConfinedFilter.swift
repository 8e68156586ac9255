import Tensor

/// A correlation filter that is confined to the target: it learns from all cyclic shifts of its surroundings, so that it
/// has seen real background, and yet is zero outside the target (Kiani Galoogahi et al., "Learning Background-Aware
/// Correlation Filters", ICCV 2017), and it stays near what it was a frame before (Li et al., "Learning Spatial-Temporal
/// Regularized Correlation Filters", CVPR 2018). It minimises
///
///     ‖Σₖ fₖ ⋆ xₖ − y‖² + μ ‖f − f′‖²,  f zero outside the target,
///
/// by a few steps of the alternating direction method of multipliers, in closed form in the Fourier domain: the spectra of
/// one frequency meet in a matrix of rank one.
///
/// Features are `[H, W, K]`.
struct ConfinedFilter: Sendable {
  private let wished: Tensor, mask: Tensor, width: Int
  /// The filter's spectrum, `[H, W / 2 + 1, K, 2]`.
  private var filter: Tensor?

  // The weight of the last frame's filter, and of the confinement, which grows with each step.
  private static let inertia = 24.0, confinement = 1.0, growth = 10.0, steps = 2

  /// A filter for targets of a size in elements, whose response is `wished`, `[H, W]`, the target in the middle.
  init(wished: Tensor, targetHeight: Double, targetWidth: Double) {
    let (height, width) = (wished.shape[0], wished.shape[1])
    self.width = width
    self.wished = wished.expandingAxis(2).realFFT(axis: [0, 1])
    // The filter's own origin is its first element, around which it wraps.
    func line(_ size: Int, _ target: Double) -> Tensor {
      Tensor((0..<size).map { Float(Double(min($0, size - $0)) <= target / 2 ? 1 : 0) })
    }
    mask =
      line(height, targetHeight).reshape([height, 1, 1]) * line(width, targetWidth).reshape([1, width, 1])
  }

  /// Learns a sample.
  mutating func learn(_ features: Tensor) {
    let count = Double(features.shape[0] * features.shape[1])
    let sample = features.realFFT(axis: [0, 1])
    let energy = (sample * sample).sum(axis: [-2, -1], keepingAxes: true)
    let aim = sample.complexProduct(wished.conjugated())
    let inertia = filter == nil ? 0 : Self.inertia
    var confinement = Self.confinement
    // The filter, itself confined, and their difference summed up over the steps.
    var confined = Tensor(0.0), difference = Tensor(0.0)
    for step in 0..<Self.steps {
      var sum = aim
      if let filter { sum = sum + filter * (count * inertia) }
      if step > 0 { sum = sum + (confined - difference) * (count * confinement) }
      let weight = count * (inertia + confinement)
      let overlap =
        sample.conjugated().complexProduct(sum).sum(axis: -2, keepingAxes: true) / (energy + weight)
      let free = (sum - sample.complexProduct(overlap)) / weight
      let spatial = (free + difference).inverseRealFFT(axis: [0, 1], length: width)
      confined = (spatial * mask).realFFT(axis: [0, 1])
      difference = (difference + free - confined) / Self.growth
      confinement *= Self.growth
    }
    filter = confined
  }

  /// The response to features: its peak lies as far from the middle as the target does.
  func response(to features: Tensor) -> Tensor {
    guard let filter else { fatalError("ConfinedFilter: a response before anything was learned") }
    let spectrum = filter.conjugated().complexProduct(features.realFFT(axis: [0, 1])).sum(
      axis: -2, keepingAxes: true)
    return spectrum.inverseRealFFT(axis: [0, 1], length: width).squeezed(axis: -1)
  }
}
