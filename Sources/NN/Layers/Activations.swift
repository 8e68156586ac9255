import Tensor

/// max(x, 0).
public struct ReLU: Layer {
  /// A layer without parameters.
  public init() {}

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.relu() }
}

/// 1 / (1 + e⁻ˣ).
public struct Sigmoid: Layer {
  /// A layer without parameters.
  public init() {}

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.sigmoid() }
}

/// The hyperbolic tangent.
public struct Tanh: Layer {
  /// A layer without parameters.
  public init() {}

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.tanh() }
}

/// x where positive, `slope`·x elsewhere.
public struct LeakyReLU: Layer {
  private let slope: Double

  /// PyTorch's default slope.
  public init(slope: Double = 0.01) { self.slope = slope }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.leakyReLU(slope: slope) }
}

/// x where positive, a learned slope times x elsewhere.
public struct PReLU: Layer {
  /// The slopes: one per channel, or one for all.
  public let weight: Parameter

  /// One slope for all channels unless told otherwise, from 0.25 on.
  public init(_ channels: Int = 1, slope: Double = 0.25) {
    weight = Parameter(Tensor(repeating: slope, shape: [channels]))
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.leakyReLU(slope: weight.value) }
}

/// x where positive, `alpha`·(eˣ − 1) elsewhere.
public struct ELU: Layer {
  private let alpha: Double

  /// PyTorch's default alpha.
  public init(alpha: Double = 1) { self.alpha = alpha }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.elu(alpha: alpha) }
}

/// The min-linear unit of ATOM's target classifier: x where positive, m·(e^(x / m) − 1) elsewhere.
public struct MLU: Layer {
  private let minimum: Double

  /// ATOM's minimum, m = 0.05.
  public init(minimum: Double = 0.05) { self.minimum = minimum }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.mlu(minimum: minimum) }
}

/// x·Φ(x), Φ the normal distribution's cumulative one; or its approximation through tanh.
public struct GELU: Layer {
  private let approximate: Bool

  /// Exact unless told otherwise.
  public init(approximate: Bool = false) { self.approximate = approximate }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.gelu(approximate: approximate) }
}

/// x·sigmoid(x).
public struct SiLU: Layer {
  /// A layer without parameters.
  public init() {}

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.silu() }
}
