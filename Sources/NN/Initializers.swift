import Tensor

/// A distribution that a weight starts from: `convolution.weight.initialize(.kaimingNormal())`.
public struct Initializer: Sendable {
  /// The inputs or the outputs of a weight, times the positions of its kernel: what keeps its scale from one layer to the
  /// next, forward or on the way back.
  public enum Fan: Sendable {
    /// Inputs: values keep their scale.
    case `in`
    /// Outputs: gradients keep theirs.
    case out
  }

  private let draw: @Sendable (Shape, _ fanIn: Double, _ fanOut: Double, DType) -> Tensor

  /// Normal, in front of a ReLU that passes `slope`·x below 0 (He et al. 2015): the variance is 2 / ((1 + slope²)·fan).
  public static func kaimingNormal(slope: Double = 0, fan: Fan = .in) -> Initializer {
    normal { 2 / ((1 + slope * slope) * (fan == .in ? $0 : $1)) }
  }

  /// Uniform, with the variance of `kaimingNormal(slope:fan:)`.
  public static func kaimingUniform(slope: Double = 0, fan: Fan = .in) -> Initializer {
    uniform { 2 / ((1 + slope * slope) * (fan == .in ? $0 : $1)) }
  }

  /// Normal, in front of what is linear around 0 (Glorot and Bengio 2010): the variance is 2 / (fan in + fan out).
  public static let xavierNormal = normal { 2 / ($0 + $1) }

  /// Uniform, with the variance of `xavierNormal`.
  public static let xavierUniform = uniform { 2 / ($0 + $1) }

  /// Normal, around 0, whatever the fans.
  public static func normal(standardDeviation: Double) -> Initializer {
    normal { _, _ in standardDeviation * standardDeviation }
  }

  /// Normal, around 0, drawn again where it is beyond two standard deviations: vision transformers' tokens start from
  /// 0.02. PyTorch's `trunc_normal_(w, std=s, a=-2 * s, b=2 * s)`; of what is drawn the standard deviation is .88·s.
  public static func truncatedNormal(standardDeviation: Double = 0.02) -> Initializer {
    Initializer { shape, _, _, dtype in
      var x = Tensor(normal: shape, dtype: dtype)
      while true {
        let isBeyond = x.abs() .> 2
        if !isBeyond.isAnyTrue { return x * standardDeviation }
        x = .where(isBeyond, Tensor(normal: shape, dtype: dtype), x)
      }
    }
  }

  /// Like a rotation (Saxe et al. 2014): `gain` times a matrix, of a filter all its kernel's inputs by the outputs, whose
  /// rows, or columns where these are fewer, are orthonormal.
  public static func orthogonal(gain: Double = 1) -> Initializer {
    Initializer { shape, _, _, dtype in
      let columns = shape[-1], rows = shape.elementCount / max(columns, 1)
      let (q, r) = Tensor(normal: [max(rows, columns), min(rows, columns)], dtype: .float64).qr()
      // Signs by r's diagonal make the distribution uniform.
      let signs = Tensor.where(r.diagonal() .< 0, Tensor(-1, dtype: .float64), Tensor(1, dtype: .float64))
      let matrix = q * signs * gain
      return (rows < columns ? matrix.transposed() : matrix).reshape(shape).to(dtype)
    }
  }

  private static func normal(variance: @escaping @Sendable (Double, Double) -> Double) -> Initializer {
    Initializer { shape, fanIn, fanOut, dtype in
      Tensor(normal: shape, standardDeviation: variance(fanIn, fanOut).squareRoot(), dtype: dtype)
    }
  }

  private static func uniform(variance: @escaping @Sendable (Double, Double) -> Double) -> Initializer {
    Initializer { shape, fanIn, fanOut, dtype in
      let bound = (3 * variance(fanIn, fanOut)).squareRoot()
      return Tensor(uniform: shape, in: -bound..<bound, dtype: dtype)
    }
  }

  fileprivate func callAsFunction(_ parameter: Parameter) -> Tensor {
    let value = parameter.value.detached()
    let shape = value.shape
    require(shape.rank >= 2, "initialize: a weight of shape \(shape) has no inputs and outputs")
    let isFilter = parameter.layout == .filter
    let (inputs, outputs) = isFilter ? (shape[-2], shape[-1]) : (shape[1], shape[0])
    let positions = shape.elementCount / max(inputs * outputs, 1)
    return draw(
      shape, Double(max(inputs * positions, 1)), Double(max(outputs * positions, 1)), value.dtype)
  }
}

extension Parameter {
  /// Draws the values of a weight anew.
  public func initialize(_ initializer: Initializer) { value = initializer(self) }
}

/// PyTorch's default initialisation of convolutions and linear layers: uniform within ±1/√fanIn, for the weight
/// (Kaiming uniform with a = √5) and the bias alike.
func uniformByFanIn(_ shape: Shape, fanIn: Int) -> Tensor {
  let bound = 1 / Double(max(fanIn, 1)).squareRoot()
  return Tensor(uniform: shape, in: -bound..<bound)
}
