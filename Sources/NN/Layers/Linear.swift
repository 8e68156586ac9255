import Tensor

/// An affine map of the last axis: `[…, C]` → `[…, O]`.
public struct Linear: Layer {
  /// `[O, C]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?

  /// Initialised as PyTorch does.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true) {
    weight = Parameter(uniformByFanIn([outputs, inputs], fanIn: inputs))
    self.bias = bias ? Parameter(uniformByFanIn([outputs], fanIn: inputs)) : nil
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { affine(x, weight.value, bias?.value) }
}

/// x·Wᵀ + b over the last axis of x, with W `[O, C]` and b `[O]` in x's element type.
func affine(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?) -> Tensor {
  let rows = x.rank == 2 ? x : x.reshape(-1, x.shape[-1])
  var y = rows.matmul(weight.to(x.dtype), otherTransposed: true)
  if let bias { y += bias.to(x.dtype) }
  return x.rank == 2 ? y : y.reshape(Shape(x.shape.dropLast() + [y.shape[-1]]))
}
