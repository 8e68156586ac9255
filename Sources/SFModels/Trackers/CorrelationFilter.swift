import Foundation
import Tensor

/// A filter over channels of features that answers what it learned with a wished response: the least squares solution of
/// all cyclic shifts at once, found in the Fourier domain and averaged over frames (Bolme et al., CVPR 2010; of several
/// channels Danelljan et al., BMVC 2014).
///
/// Features are `[…, K]`, transformed along all axes but the last.
struct CorrelationFilter: Sendable {
  /// How much a new sample counts against the older ones, 0…1, and what keeps weak frequencies from being divided by.
  let rate: Double, regularization: Double
  private let wished: Tensor, axes: [Int], length: Int
  private var numerator: Tensor?, denominator = Tensor(0.0)

  /// A filter that knows nothing. `wished`, without the axis of channels, is its response to what it is to learn.
  init(wished: Tensor, rate: Double, regularization: Double) {
    (self.rate, self.regularization) = (rate, regularization)
    axes = Array(0..<wished.rank)
    length = wished.shape[-1]
    self.wished = wished.expandingAxis(wished.rank).realFFT(axis: axes)
  }

  /// Learns a sample; the first one as it is.
  mutating func learn(_ features: Tensor) { learn([features]) }

  /// Learns samples that count alike.
  mutating func learn(_ samples: [Tensor]) {
    var (above, below) = (Tensor(0.0), Tensor(0.0))
    for sample in samples {
      let spectrum = sample.realFFT(axis: axes)
      above = above + wished.complexProduct(spectrum.conjugated())
      below = below + (spectrum * spectrum).sum(axis: [-2, -1], keepingAxes: true)
    }
    if let numerator {
      self.numerator = numerator * (1 - rate) + above * rate
      denominator = denominator * (1 - rate) + below * rate
    } else {
      (numerator, denominator) = (above, below)
    }
  }

  /// The response to features, highest where they are shifted to from what was learned.
  func response(to features: Tensor) -> Tensor {
    guard let numerator else { fatalError("CorrelationFilter: a response before anything was learned") }
    let spectrum = features.realFFT(axis: axes)
    let sum =
      numerator.complexProduct(spectrum).sum(axis: -2, keepingAxes: true) / (denominator + regularization)
    return sum.inverseRealFFT(axis: axes, length: length).squeezed(axis: -1)
  }

  /// A bell around the middle (`size / 2` along each axis), `[sizes]`; `deviation` in positions.
  static func bell(_ sizes: [Int], deviation: Double) -> Tensor {
    var bell = Tensor(1.0)
    for size in sizes {
      let line = (0..<size).map { position in
        let distance = Double(position - size / 2) / deviation
        return Float(exp(-0.5 * distance * distance))
      }
      bell = bell.expandingAxis(bell.rank) * Tensor(line)
    }
    return bell
  }

  /// A window that fades to the edges, the product of a Hann window along each axis, `[sizes, 1]`.
  static func window(_ sizes: [Int]) -> Tensor {
    var window = Tensor(1.0)
    for size in sizes {
      let line = (0..<size).map { Float(0.5 - 0.5 * cos(2 * .pi * (Double($0) + 0.5) / Double(size))) }
      window = window.expandingAxis(window.rank) * Tensor(line)
    }
    return window.expandingAxis(window.rank)
  }
}
