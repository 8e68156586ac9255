import Tensor

/// A convolution over sequences: `[N, L, C]` → `[N, L', O]`.
public typealias Conv1d = Convolution<1>
/// A convolution over images: `[N, H, W, C]` → `[N, H', W', O]`.
public typealias Conv2d = Convolution<2>
/// A convolution over volumes: `[N, T, H, W, C]` → `[N, T', H', W', O]`.
public typealias Conv3d = Convolution<3>

/// A convolution over some spatial axes: ``Conv1d``, ``Conv2d`` or ``Conv3d``.
public struct Convolution<let axes: Int>: Layer, FoldableConvolution {
  /// `[kernel…, C / groups, O]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  private let window: Window
  let relu: Bool

  /// Initialised as PyTorch does. With `relu` the output goes through it.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: any PerAxis, stride: any PerAxis = 1, padding: any Padding = 0,
    dilation: any PerAxis = 1, groups: Int = 1, bias: Bool = true, relu: Bool = false
  ) {
    require(
      groups > 0 && inputs % groups == 0 && outputs % groups == 0,
      "a convolution of \(inputs) to \(outputs) channels in \(groups) groups")
    let sizes = kernel.sizes(axes: axes) + [inputs / groups]
    let fanIn = sizes.reduce(1, *)
    weight = Parameter(uniformByFanIn(Shape(sizes + [outputs]), fanIn: fanIn), layout: .filter)
    self.bias = bias ? Parameter(uniformByFanIn([outputs], fanIn: fanIn)) : nil
    window = Window(stride, padding, dilation, groups: groups)
    self.relu = relu
  }

  /// Another's geometry with values of its own.
  init(_ other: Self, weight: Tensor, bias: Tensor, relu: Bool) {
    self.weight = Parameter(weight, layout: .filter)
    self.bias = Parameter(bias)
    (window, self.relu) = (other.window, relu)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    convolve(x, weight.value, bias?.value, relu: relu)
  }

  func convolve(_ x: Tensor, _ filter: Tensor, _ bias: Tensor?, relu: Bool) -> Tensor {
    x.convolution(filter, bias, window, relu: relu, axes: axes)
  }
}

/// A transposed convolution over sequences: `[N, L, C]` → `[N, L', O]`.
public typealias ConvTranspose1d = TransposedConvolution<1>
/// A transposed convolution over images: `[N, H, W, C]` → `[N, H', W', O]`.
public typealias ConvTranspose2d = TransposedConvolution<2>
/// A transposed convolution over volumes: `[N, T, H, W, C]` → `[N, T', H', W', O]`.
public typealias ConvTranspose3d = TransposedConvolution<3>

/// A transposed convolution over some spatial axes: ``ConvTranspose1d``, ``ConvTranspose2d`` or ``ConvTranspose3d``.
public struct TransposedConvolution<let axes: Int>: Layer {
  /// `[kernel…, O / groups, C]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  private let window: Window
  private let outputPadding: any PerAxis

  /// Initialised as PyTorch does. The output padding is what is added at the far ends of the output.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: any PerAxis, stride: any PerAxis = 1, padding: any Padding = 0,
    outputPadding: any PerAxis = 0, dilation: any PerAxis = 1, groups: Int = 1, bias: Bool = true
  ) {
    require(
      groups > 0 && inputs % groups == 0 && outputs % groups == 0,
      "a transposed convolution of \(inputs) to \(outputs) channels in \(groups) groups")
    // PyTorch counts the fan-in of a transposed filter by its second axis, the outputs per group.
    let sizes = kernel.sizes(axes: axes) + [outputs / groups]
    let fanIn = sizes.reduce(1, *)
    weight = Parameter(uniformByFanIn(Shape(sizes + [inputs]), fanIn: fanIn), layout: .filter)
    self.bias = bias ? Parameter(uniformByFanIn([outputs], fanIn: fanIn)) : nil
    window = Window(stride, padding, dilation, groups: groups)
    self.outputPadding = outputPadding
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.transposedConvolution(weight.value, bias?.value, window, outputPadding, axes: axes)
  }
}
