import NN
import Tensor

/// SFSeg++: the spectral segmentation over many input channels, their mixtures learned (§3.3–3.4):
/// S_m = σ(Σ w_s·(2·S_i − 1) + b_s), F_m = σ(Σ w_f·(2·F_i − 1) + b_f).
///
/// As in the paper, the two mixtures are one: w_f = w_s, b_f = b_s, a weight per channel and a bias.
public struct SFSegPlusPlus: Module {
  /// What may be learned beside the mixture.
  public struct Learned: OptionSet, Sendable, Hashable {
    /// The options as bits.
    public let rawValue: Int
    /// Options from their bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// A mixture of its own for the pairwise features.
    public static let pairwiseMixture = Learned(rawValue: 1)
    /// How much a difference of features weakens a link.
    public static let alpha = Learned(rawValue: 2)
    /// The power of the unary scores.
    public static let p = Learned(rawValue: 4)
    /// The steepness of the soft binarisation.
    public static let slope = Learned(rawValue: 8)
  }

  /// The channels' weights w_s, a 1×1 filter `[1, 1, C, 1]`, as published for SFTrack++.
  public let weight: Parameter
  /// The bias b_s, `[1]`.
  public let bias: Parameter
  /// The channels' weights w_f, `[1, 1, C, 1]`, where they are learned apart.
  public let pairwiseWeight: Parameter?
  /// The bias b_f, `[1]`, where it is learned apart.
  public let pairwiseBias: Parameter?
  /// The segmenter's alpha, `[1]`, where it is learned.
  public let alpha: Parameter?
  /// The segmenter's p, `[1]`, where it is learned.
  public let p: Parameter?
  /// The segmenter's slope, `[1]`, where it is learned.
  public let slope: Parameter?
  /// What runs over the mixture.
  public let segmenter: SpectralSegmenter

  /// Starts from the mean of the channels, sharpened: w = 4/C, b = 0; what is learned of the segmenter, from its values.
  public init(
    channels: Int, learning learned: Learned = [], segmenter: SpectralSegmenter = SpectralSegmenter()
  ) {
    require(channels > 0, "SFSegPlusPlus: \(channels) channels")
    func parameter(_ value: Double) -> Parameter { Parameter(Tensor(repeating: value, shape: [1])) }
    func mean() -> Parameter {
      Parameter(Tensor(repeating: 4 / Double(channels), shape: [1, 1, channels, 1]), layout: .filter)
    }
    weight = mean()
    bias = parameter(0)
    pairwiseWeight = learned.contains(.pairwiseMixture) ? mean() : nil
    pairwiseBias = learned.contains(.pairwiseMixture) ? parameter(0) : nil
    alpha = learned.contains(.alpha) ? parameter(segmenter.alpha) : nil
    p = learned.contains(.p) ? parameter(segmenter.p) : nil
    slope = learned.contains(.slope) ? parameter(segmenter.slope) : nil
    self.segmenter = segmenter
  }

  /// The mixed unary scores S_m `[N, T, H, W]` of channels `[N, T, H, W, C]` in [0, 1].
  public func unaryMixture(_ channels: Tensor) -> Tensor { mixed(channels, weight, bias) }

  /// The mixed pairwise features F_m `[N, T, H, W]` of channels `[N, T, H, W, C]` in [0, 1].
  public func pairwiseMixture(_ channels: Tensor) -> Tensor {
    mixed(channels, pairwiseWeight ?? weight, pairwiseBias ?? bias)
  }

  /// The soft mask `[N, T, H, W]` of channels `[N, T, H, W, C]` in [0, 1].
  public func callAsFunction(_ channels: Tensor, motion: SpectralMotion? = nil) -> Tensor {
    let unary = unaryMixture(channels)
    return segmenter(
      unary: unary, pairwise: pairwiseWeight == nil ? unary : pairwiseMixture(channels), motion: motion,
      alpha: alpha?.value, p: p?.value, slope: slope?.value)
  }

  private func mixed(_ channels: Tensor, _ weight: Parameter, _ bias: Parameter) -> Tensor {
    ((2 * channels - 1).matmul(weight.value.reshape(-1)) + bias.value).sigmoid()
  }
}
