import NN
import Tensor

/// What follows each spectral step, so that the solution neither grows nor fades.
public enum SpectralNormalization: String, Sendable, CaseIterable {
  /// The whole volume has Euclidean norm 1 (SFSeg, Eq. 8): power iteration, towards the leading eigenvector.
  case spectral
  /// Each frame lies in [0, 1], by its minimum and maximum.
  case frameRange
  /// Each value is divided by the sum of its links, and so is a weighted vote of its neighbourhood. No frame depends
  /// on its maximum, and thin structures survive.
  case degree
}

/// SFSeg: the segmentation of a video as the leading eigenvector of its pixels' space-time graph, by filtering
/// (Burceanu & Leordeanu 2020; SFSeg++, §3 and §4.1). Differentiable in unary and pairwise maps through all iterations.
///
///     let segmentation = SpectralSegmenter(kernel: [3, 7, 7])
///     let mask = segmentation(unary: s, pairwise: f) .> 0.5
public struct SpectralSegmenter: Sendable, Hashable {
  /// The odd sizes of the neighbourhood in time, height and width.
  public var kernel: [Int]
  /// How much a difference of features weakens a link; divided by the number of pairwise channels.
  public var alpha: Double
  /// The power of the unary scores: 0.1 for unsupervised inputs, 0.2 for semi-supervised ones.
  public var p: Double
  /// The number of steps.
  public var iterations: Int
  /// The steps before each further one is followed by a soft binarisation σ(slope·(x − ½)).
  public var continuousIterations: Int
  /// The steepness of the soft binarisation.
  public var slope: Double
  /// What follows each step. The spectral one never binarises.
  public var normalization: SpectralNormalization

  /// The paper's setting, and what the reproduction adds where it is silent (slope, continuous iterations).
  public init(
    kernel: [Int] = [3, 7, 7], alpha: Double = 1, p: Double = 0.1, iterations: Int = 5,
    continuousIterations: Int = 3, slope: Double = 10, normalization: SpectralNormalization = .frameRange
  ) {
    (self.kernel, self.alpha, self.p, self.iterations) = (kernel, alpha, p, iterations)
    (self.continuousIterations, self.slope) = (continuousIterations, slope)
    self.normalization = normalization
  }

  /// The soft mask `[N, T, H, W]`.
  ///
  /// - Parameters:
  ///   - s: unary scores in [0, 1], `[N, T, H, W]`. A score of 0 could never become foreground, so they are mapped to
  ///     [0.05, 0.95] first.
  ///   - f: pairwise features in [0, 1], of the unary's shape or `[C, N, T, H, W]`.
  ///   - start: where the iteration starts; the mapped unary scores unless given.
  public func callAsFunction(unary s: Tensor, pairwise f: Tensor, start: Tensor? = nil) -> Tensor {
    let scores = 0.05 + 0.9 * s
    let weight = scores.pow(p)
    let alpha = f.rank == 5 ? alpha / Double(f.shape[0]) : alpha
    let ones = Tensor(ones: s.shape, dtype: s.dtype)
    let degree =
      normalization == .degree
      ? spectralProduct(ones, weight: ones, pairwise: f, kernel: kernel, alpha: alpha) : nil
    var x = start ?? scores
    for iteration in 0..<iterations {
      x = spectralProduct(x, weight: weight, pairwise: f, kernel: kernel, alpha: alpha)
      x = normalized(x, degree)
      if iteration >= continuousIterations && normalization != .spectral { x = (slope * (x - 0.5)).sigmoid() }
    }
    return normalization == .frameRange ? normalized(x, nil) : x
  }

  private func normalized(_ x: Tensor, _ degree: Tensor?) -> Tensor {
    switch normalization {
    case .spectral: return x / x.norm()
    case .degree: return x / degree!
    case .frameRange:
      let low = x.min(2, 3, keepingAxes: true), range = x.max(2, 3, keepingAxes: true) - low
      return (x - low) / range.replacing(where: range .== 0, with: 1)
    }
  }
}

/// SFSeg++: the spectral segmentation over many input channels, their mixture learned (§3.3–3.4):
/// S_m = F_m = σ(Σ w_i·(2·S_i − 1) + b), one weight per channel and a bias.
public struct SFSegPlusPlus: Module {
  /// The channels' weights w, `[C]`.
  public let weight: Parameter
  /// The bias b, `[1]`.
  public let bias: Parameter
  /// What runs over the mixture.
  public let segmenter: SpectralSegmenter

  /// Starts from the mean of the channels, sharpened: w = 4/C, b = 0.
  public init(channels: Int, segmenter: SpectralSegmenter = SpectralSegmenter()) {
    precondition(channels > 0, "SFSegPlusPlus: \(channels) channels")
    weight = Parameter(Tensor(repeating: 4 / Double(channels), shape: [channels]))
    bias = Parameter(Tensor(zeros: [1]))
    self.segmenter = segmenter
  }

  /// The mixed map `[N, T, H, W]` of channels `[N, T, H, W, C]` in [0, 1].
  public func mixture(_ channels: Tensor) -> Tensor {
    ((2 * channels - 1).matmul(weight.value) + bias.value).sigmoid()
  }

  /// The soft mask `[N, T, H, W]` of channels `[N, T, H, W, C]` in [0, 1].
  public func callAsFunction(_ channels: Tensor) -> Tensor {
    let mixture = mixture(channels)
    return segmenter(unary: mixture, pairwise: mixture)
  }
}
