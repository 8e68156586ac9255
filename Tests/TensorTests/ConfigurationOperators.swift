import Testing

@testable import Tensor

extension Options {
  /// The operator of a configuration, applied to its operands.
  func apply(_ name: String, _ x: [Tensor]) throws -> Tensor {
    switch name {
    case "activation": try function(text("name"), x[0])
    case "adaptive_pooling": adaptivePooling(x[0], integers("size"), isMaximum: text("kind") == "max")
    case "convolution": convolution(x[0], x[1], bias: x.count > 2 ? x[2] : nil)
    case "correlation": flag("depthwise") ? x[0].depthwiseCorrelation(x[1]) : x[0].crossCorrelation(x[1])
    case "grid_sample":
      x[0].gridSample(
        x[1], interpolation: try interpolation, padding: try #require(GridPadding(rawValue: text("padding"))),
        alignCorners: flag("align_corners"))
    case "instance_l2_norm": x[0].instanceL2Norm(scale: number("scale")!, epsilon: number("epsilon")!)
    case "interpolation": try resampled(x[0])
    case "matrix_product":
      x[0].matmul(x[1], transposed: flag("transposed"), otherTransposed: flag("other_transposed"))
    case "normalization": try normalized(x)
    case "padding": try padded(x[0])
    case "pair": try pair(text("name"), x[0], x[1])
    case "pooling": try pooling(x[0])
    case "prelu": x[0].leakyReLU(slope: x[1])
    case "reduction": try reduction(text("name"), x[0], integers("axes"), keeping: flag("keeping"))
    case "sample_convolution":
      x[0].rank == 4
        ? x[0].conv2d(perSample: x[1], window: window) : x[0].conv3d(perSample: x[1], window: window)
    case "sample_transposes": sampleTranspose(x[0], x[1])
    case "softmax":
      flag("log") ? x[0].logSoftmax(axis: integer("axis")) : x[0].softmax(axis: integer("axis"))
    case "transposed_convolution": transposedConvolution(x[0], x[1], bias: x.count > 2 ? x[2] : nil)
    default:
      if let y = try applyAlgebra(name, x) ?? applyRegion(name, x) ?? applySelection(name, x) {
        y
      } else {
        throw UnknownOperator(name: name)
      }
    }
  }

  private struct UnknownOperator: Error { let name: String }

  var interpolation: Interpolation {
    get throws { try #require(Interpolation(rawValue: text("interpolation"))) }
  }

  var window: Window {
    Window(
      stride: perAxis("stride")!, padding: .uneven(before: perAxis("before")!, after: perAxis("after")!),
      dilation: perAxis("dilation")!, groups: integer("groups"))
  }

  private func convolution(_ x: Tensor, _ filter: Tensor, bias: Tensor?) -> Tensor {
    switch x.rank {
    case 3: x.conv1d(filter, bias: bias, window: window)
    case 4: x.conv2d(filter, bias: bias, window: window)
    default: x.conv3d(filter, bias: bias, window: window)
    }
  }

  private func transposedConvolution(_ x: Tensor, _ filter: Tensor, bias: Tensor?) -> Tensor {
    let extra = perAxis("output_padding")!
    return switch x.rank {
    case 3: x.convTranspose1d(filter, bias: bias, window: window, outputPadding: extra)
    case 4: x.convTranspose2d(filter, bias: bias, window: window, outputPadding: extra)
    default: x.convTranspose3d(filter, bias: bias, window: window, outputPadding: extra)
    }
  }

  private func sampleTranspose(_ residual: Tensor, _ other: Tensor) -> Tensor {
    let (kernel, extra) = (perAxis("kernel")!, perAxis("output_padding")!)
    return switch (text("of"), residual.rank) {
    case ("data", 4): residual.convTranspose2d(perSample: other, window: window, outputPadding: extra)
    case ("data", _): residual.convTranspose3d(perSample: other, window: window, outputPadding: extra)
    case (_, 4): other.convFilterTranspose2d(perSample: residual, kernel: kernel, window: window)
    default: other.convFilterTranspose3d(perSample: residual, kernel: kernel, window: window)
    }
  }

  private func pooling(_ x: Tensor) throws -> Tensor {
    let (kernel, stride, dilation) = (perAxis("kernel")!, perAxis("stride")!, perAxis("dilation")!)
    let (padding, ceiling, counting) = (
      perAxis("padding")!, flag("ceiling"), flag("count_padding")
    )
    return switch (text("kind"), x.rank) {
    case ("max", 3):
      x.maxPool1d(kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceiling)
    case ("max", 4):
      x.maxPool2d(kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceiling)
    case ("max", _):
      x.maxPool3d(kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceiling)
    case (_, 3):
      x.averagePool1d(kernel, stride: stride, padding: padding, ceilMode: ceiling, includesPadding: counting)
    case (_, 4):
      x.averagePool2d(kernel, stride: stride, padding: padding, ceilMode: ceiling, includesPadding: counting)
    default:
      x.averagePool3d(kernel, stride: stride, padding: padding, ceilMode: ceiling, includesPadding: counting)
    }
  }

  private func adaptivePooling(_ x: Tensor, _ size: [Int], isMaximum: Bool) -> Tensor {
    switch (isMaximum, size.count) {
    case (true, 2): x.adaptiveMaxPool2d(height: size[0], width: size[1])
    case (true, _): x.adaptiveMaxPool3d(time: size[0], height: size[1], width: size[2])
    case (_, 2): x.adaptiveAveragePool2d(height: size[0], width: size[1])
    default: x.adaptiveAveragePool3d(time: size[0], height: size[1], width: size[2])
    }
  }

  private func normalized(_ x: [Tensor]) throws -> Tensor {
    let (weight, bias, epsilon) = (x[1], x[2], number("epsilon")!)
    return switch text("kind") {
    case "batch": x[0].batchNorm(weight: weight, bias: bias, epsilon: epsilon).output
    case "evaluation":
      x[0].batchNorm(weight: weight, bias: bias, mean: x[3], variance: x[4], epsilon: epsilon)
    case "group":
      x[0].groupNorm(groups: integer("groups"), weight: weight, bias: bias, epsilon: epsilon)
    case "instance": x[0].instanceNorm(weight: weight, bias: bias, epsilon: epsilon)
    case "layer": x[0].layerNorm(weight: weight, bias: bias, epsilon: epsilon)
    case let name: throw UnknownOperator(name: name)
    }
  }

  private func resampled(_ x: Tensor) throws -> Tensor {
    let (mode, aligned) = (try interpolation, flag("align_corners"))
    if let scale = values["scale"]?.numbers {
      return scale.count == 2
        ? x.rescaled2d(height: scale[0], width: scale[1], interpolation: mode, alignCorners: aligned)
        : x.rescaled3d(
          time: scale[0], height: scale[1], width: scale[2], interpolation: mode, alignCorners: aligned)
    }
    let size = integers("size")
    return size.count == 2
      ? x.resized2d(height: size[0], width: size[1], interpolation: mode, alignCorners: aligned)
      : x.resized3d(
        time: size[0], height: size[1], width: size[2], interpolation: mode, alignCorners: aligned)
  }

  private func padded(_ x: Tensor) throws -> Tensor {
    let inner = zip(integers("before"), integers("after")).map { (before: $0, after: $1) }
    let widths = [(before: 0, after: 0)] + inner + [(before: 0, after: 0)]
    if text("mode") == "constant" { return x.padded(widths, value: number("value")!) }
    return x.padded(widths, mode: try #require(PaddingMode(rawValue: text("mode"))))
  }

  private func function(_ name: String, _ x: Tensor) throws -> Tensor {
    switch name {
    case "relu": x.relu()
    case "relu6": x.relu6()
    case "leaky_relu": x.leakyReLU(slope: 0.2)
    case "leaky_relu_negative": x.leakyReLU(slope: -0.3)
    case "elu": x.elu(alpha: 0.7)
    case "celu": x.celu(alpha: 0.3)
    case "selu": x.selu()
    case "mlu": x.mlu()
    case "gelu": x.gelu()
    case "gelu_tanh": x.gelu(approximate: true)
    case "silu": x.silu()
    case "mish": x.mish()
    case "softplus": x.softplus()
    case "softplus_beta": x.softplus(beta: 2.5)
    case "softsign": x.softsign()
    case "hard_sigmoid": x.hardSigmoid()
    case "hard_swish": x.hardSwish()
    case "sigmoid": x.sigmoid()
    case "log_sigmoid": x.logSigmoid()
    case "tanh": x.tanh()
    case "erf": x.erf()
    case "abs": x.abs()
    case "sign": x.sign()
    case "exp": x.exp()
    case "expm1": x.expm1()
    case "sin": x.sin()
    case "cos": x.cos()
    case "floor": x.floor()
    case "round": x.round()
    case "clamp": x.clamp(min: -1, max: 1.5)
    case "log": (x.abs() + 0.1).log()
    case "sqrt": (x.abs() + 0.1).sqrt()
    case "rsqrt": (x.abs() + 0.1).rsqrt()
    case "reciprocal": (x.abs() + 0.1).reciprocal()
    case "pow": (x.abs() + 0.1).pow(1.7)
    case "cube": x.pow(3)
    case "log1p": x.abs().log1p()
    default: throw UnknownOperator(name: name)
    }
  }

  private func pair(_ name: String, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    switch name {
    case "add": a + b
    case "subtract": a - b
    case "multiply": a * b
    case "divide": a / (b.abs() + 0.2)
    case "minimum": Tensor.minimum(a, b)
    case "maximum": Tensor.maximum(a, b)
    case "power": (a.abs() + 0.2).pow(b)
    case "where": Tensor.where(Tensor([true], shape: []), a, b)
    default: throw UnknownOperator(name: name)
    }
  }

  private func reduction(_ name: String, _ x: Tensor, _ axes: [Int], keeping: Bool) throws -> Tensor {
    switch name {
    case "sum": x.sum(axis: axes, keepingAxes: keeping)
    case "mean": x.mean(axis: axes, keepingAxes: keeping)
    case "maximum": x.max(axis: axes, keepingAxes: keeping)
    case "minimum": x.min(axis: axes, keepingAxes: keeping)
    case "variance": x.variance(axis: axes, keepingAxes: keeping)
    case "unbiased": x.variance(axis: axes, correction: 1, keepingAxes: keeping)
    case "norm": x.norm(axis: axes, keepingAxes: keeping)
    case "absolute_norm": x.abs().sum(axis: axes, keepingAxes: keeping)
    case "log_sum_exp": x.logSumExp(axis: axes, keepingAxes: keeping)
    case "product": x.product(axis: axes[0], keepingAxes: keeping)
    case "cumulative_sum": x.cumulativeSum(axis: axes[0])
    default: throw UnknownOperator(name: name)
    }
  }
}
