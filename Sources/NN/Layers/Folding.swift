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
    let (filter, offset) = folded(convolution.weight.value, convolution.bias?.value)
    return convolution.convolve(x, filter, offset, relu: relu)
  }

  /// The filter and the bias of a convolution that takes the norm by its running statistics in.
  private func folded(_ filter: Tensor, _ bias: Tensor?) -> (filter: Tensor, bias: Tensor) {
    let scale = weight.value / (runningVariance.value + epsilon).sqrt()
    let shift = self.bias.value - runningMean.value * scale
    return (filter * scale, bias.map { shift + $0 * scale } ?? shift)
  }

  /// A convolution, with parameters of its own, that does what the two do in evaluation.
  public func folded<let axes: Int>(into convolution: Convolution<axes>) -> Convolution<axes> {
    require(!convolution.relu, "BatchNorm: a convolution that ends with a ReLU can't take a norm in")
    let (filter, offset) = folded(convolution.weight.value.detached(), convolution.bias?.value.detached())
    return Convolution(convolution, weight: filter, bias: offset, relu: relu)
  }
}

extension Sequential {
  /// The layers with each norm taken into the convolution before it, which has parameters of its own then: it does what
  /// this does in evaluation, faster, where it is asked for one small image after another. Layers that hold others stay
  /// as they are unless `inner` folds them.
  public func folded(_ inner: (any Layer) -> any Layer = { $0 }) -> Sequential {
    var (result, rest) = ([any Layer](), layers[...])
    while let layer = rest.popFirst() {
      if let norm = rest.first as? BatchNorm, let convolution = layer as? Conv2d, !convolution.relu {
        result.append(norm.folded(into: convolution))
        rest.removeFirst()
      } else {
        result.append(inner(layer))
      }
    }
    return Sequential(result)
  }
}
