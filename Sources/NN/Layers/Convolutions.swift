import Tensor

/// A convolution over sequences: `[N, L, C]` → `[N, L', O]`.
public struct Conv1d: Layer, FoldableConvolution {
  /// `[k, C / groups, O]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  /// Stride, padding, dilation and groups.
  public let window: Window
  let relu: Bool

  /// Initialised as PyTorch does. With `relu` the output goes through it.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = 0,
    dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true, relu: Bool = false
  ) {
    window = Window(stride: stride, padding: padding, dilation: dilation, groups: groups)
    (weight, self.bias) = filter(inputs, outputs, kernel.sizes(axes: 1), groups, bias)
    self.relu = relu
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    convolve(x, weight.value, bias?.value, relu: relu)
  }

  func convolve(_ x: Tensor, _ filter: Tensor, _ bias: Tensor?, relu: Bool) -> Tensor {
    x.conv1d(filter, bias: bias, window: window, relu: relu)
  }
}

/// A convolution over images: `[N, H, W, C]` → `[N, H', W', O]`.
public struct Conv2d: Layer, FoldableConvolution {
  /// `[kH, kW, C / groups, O]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  /// Stride, padding, dilation and groups.
  public let window: Window
  let relu: Bool

  /// Initialised as PyTorch does. With `relu` the output goes through it.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = 0,
    dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true, relu: Bool = false
  ) {
    window = Window(stride: stride, padding: padding, dilation: dilation, groups: groups)
    (weight, self.bias) = filter(inputs, outputs, kernel.sizes(axes: 2), groups, bias)
    self.relu = relu
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    convolve(x, weight.value, bias?.value, relu: relu)
  }

  func convolve(_ x: Tensor, _ filter: Tensor, _ bias: Tensor?, relu: Bool) -> Tensor {
    x.conv2d(filter, bias: bias, window: window, relu: relu)
  }
}

/// A convolution over volumes: `[N, T, H, W, C]` → `[N, T', H', W', O]`.
public struct Conv3d: Layer, FoldableConvolution {
  /// `[kT, kH, kW, C / groups, O]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  /// Stride, padding, dilation and groups.
  public let window: Window
  let relu: Bool

  /// Initialised as PyTorch does. With `relu` the output goes through it.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = 0,
    dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true, relu: Bool = false
  ) {
    window = Window(stride: stride, padding: padding, dilation: dilation, groups: groups)
    (weight, self.bias) = filter(inputs, outputs, kernel.sizes(axes: 3), groups, bias)
    self.relu = relu
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    convolve(x, weight.value, bias?.value, relu: relu)
  }

  func convolve(_ x: Tensor, _ filter: Tensor, _ bias: Tensor?, relu: Bool) -> Tensor {
    x.conv3d(filter, bias: bias, window: window, relu: relu)
  }
}

/// A transposed convolution over sequences: `[N, L, C]` → `[N, L', O]`.
public struct ConvTranspose1d: Layer {
  /// `[k, O / groups, C]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  /// Stride, padding, dilation and groups.
  public let window: Window
  /// Positions added at the far end of the output.
  public let outputPadding: PerAxis

  /// Initialised as PyTorch does.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = 0,
    outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true
  ) {
    window = Window(stride: stride, padding: padding, dilation: dilation, groups: groups)
    self.outputPadding = outputPadding
    (weight, self.bias) = transposedFilter(inputs, outputs, kernel.sizes(axes: 1), groups, bias)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convTranspose1d(weight.value, bias: bias?.value, window: window, outputPadding: outputPadding)
  }
}

/// A transposed convolution over images: `[N, H, W, C]` → `[N, H', W', O]`.
public struct ConvTranspose2d: Layer {
  /// `[kH, kW, O / groups, C]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  /// Stride, padding, dilation and groups.
  public let window: Window
  /// Rows and columns added at the far ends of the output.
  public let outputPadding: PerAxis

  /// Initialised as PyTorch does.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = 0,
    outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true
  ) {
    window = Window(stride: stride, padding: padding, dilation: dilation, groups: groups)
    self.outputPadding = outputPadding
    (weight, self.bias) = transposedFilter(inputs, outputs, kernel.sizes(axes: 2), groups, bias)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convTranspose2d(weight.value, bias: bias?.value, window: window, outputPadding: outputPadding)
  }
}

/// A transposed convolution over volumes: `[N, T, H, W, C]` → `[N, T', H', W', O]`.
public struct ConvTranspose3d: Layer {
  /// `[kT, kH, kW, O / groups, C]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  /// Stride, padding, dilation and groups.
  public let window: Window
  /// Frames, rows and columns added at the far ends of the output.
  public let outputPadding: PerAxis

  /// Initialised as PyTorch does.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: PerAxis, stride: PerAxis = 1, padding: Padding = 0,
    outputPadding: PerAxis = 0, dilation: PerAxis = 1, groups: Int = 1, bias: Bool = true
  ) {
    window = Window(stride: stride, padding: padding, dilation: dilation, groups: groups)
    self.outputPadding = outputPadding
    (weight, self.bias) = transposedFilter(inputs, outputs, kernel.sizes(axes: 3), groups, bias)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.convTranspose3d(weight.value, bias: bias?.value, window: window, outputPadding: outputPadding)
  }
}

private func filter(
  _ inputs: Int, _ outputs: Int, _ kernel: [Int], _ groups: Int, _ bias: Bool
) -> (Parameter, Parameter?) {
  require(
    groups > 0 && inputs % groups == 0 && outputs % groups == 0,
    "a convolution of \(inputs) to \(outputs) channels in \(groups) groups")
  let fanIn = inputs / groups * kernel.reduce(1, *)
  return (
    Parameter(uniformByFanIn(Shape(kernel + [inputs / groups, outputs]), fanIn: fanIn), layout: .filter),
    bias ? Parameter(uniformByFanIn([outputs], fanIn: fanIn)) : nil
  )
}

private func transposedFilter(
  _ inputs: Int, _ outputs: Int, _ kernel: [Int], _ groups: Int, _ bias: Bool
) -> (Parameter, Parameter?) {
  // PyTorch counts the fan-in of a transposed filter by its second axis, the outputs per group.
  let fanIn = outputs / groups * kernel.reduce(1, *)
  return (
    Parameter(uniformByFanIn(Shape(kernel + [outputs / groups, inputs]), fanIn: fanIn), layout: .filter),
    bias ? Parameter(uniformByFanIn([outputs], fanIn: fanIn)) : nil
  )
}
