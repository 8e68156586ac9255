import Tensor

/// A convolution whose filter can take in an affine map of its outputs.
protocol FoldableConvolution: Layer {
  var weight: Parameter { get }
  var bias: Parameter? { get }
  /// Whether it ends with a ReLU, behind which nothing can be taken in.
  var relu: Bool { get }
  func convolve(_ x: Tensor, _ filter: Tensor, _ bias: Tensor?, relu: Bool) -> Tensor
}

extension BatchNorm {
  /// The norm of a convolution's output: `norm(convolution(x))`.
  ///
  /// Where it goes by its running statistics, the norm is an affine map per channel, which the filter takes in: W·s and
  /// b·s + t instead of W and b, through which gradients flow in a recording. The output then crosses memory once.
  public func callAsFunction(_ x: Tensor, after convolution: any Layer) -> Tensor {
    guard statistics.areTaken, let convolution = convolution as? any FoldableConvolution, !convolution.relu
    else { return self(convolution(x)) }
    let scale = weight.value / (runningVariance.value + epsilon).sqrt()
    let shift = bias.value - runningMean.value * scale
    let offset = convolution.bias.map { shift + $0.value * scale } ?? shift
    return convolution.convolve(x, convolution.weight.value * scale, offset, relu: relu)
  }
}
