import CKernels
import COneDNN

// Convolutions whose filter is another one for each sample: y = x ∗ w. It is linear in x and in w, so that with its two
// transposes, by x and by w, it forms a triple: the gradients of each are the other two. Steepest-descent learners
// that are trained through (Bhat et al. 2019 and 2020) are built from them.
extension Tensor {
  /// Cross-correlation of each image of `[N, H, W, C]` with its own filter of `[N, kH, kW, C / groups, O]`; returns
  /// `[N, H', W', O]`.
  public func conv2d(
    perSample filter: Tensor, stride: any PerAxis = 1, padding: any Padding = 0, dilation: any PerAxis = 1,
    groups: Int = 1
  ) -> Tensor {
    sampleConvolution(filter, Window(stride, padding, dilation, groups: groups), axes: 2, "conv2d")
  }

  /// Cross-correlation of each volume of `[N, T, H, W, C]` with its own filter of `[N, kT, kH, kW, C / groups, O]`;
  /// returns `[N, T', H', W', O]`. With kT = 1 the images of a sequence share the sequence's filter.
  public func conv3d(
    perSample filter: Tensor, stride: any PerAxis = 1, padding: any Padding = 0, dilation: any PerAxis = 1,
    groups: Int = 1
  ) -> Tensor {
    sampleConvolution(filter, Window(stride, padding, dilation, groups: groups), axes: 3, "conv3d")
  }

  /// The transpose of `conv2d(perSample:)` by the image: `[N, H, W, C]` with filters `[N, kH, kW, O / groups, C]`
  /// gives `[N, H', W', O]`, H' = (H − 1)·stride − padding + dilation·(kH − 1) + 1 + output padding.
  public func convTranspose2d(
    perSample filter: Tensor, stride: any PerAxis = 1, padding: any Padding = 0,
    outputPadding: any PerAxis = 0, dilation: any PerAxis = 1, groups: Int = 1
  ) -> Tensor {
    sampleTranspose(
      filter, Window(stride, padding, dilation, groups: groups), outputPadding, axes: 2, "convTranspose2d")
  }

  /// The transpose of `conv3d(perSample:)` by the volume: `[N, T, H, W, C]` with filters `[N, kT, kH, kW, O / groups, C]`
  /// gives `[N, T', H', W', O]`.
  public func convTranspose3d(
    perSample filter: Tensor, stride: any PerAxis = 1, padding: any Padding = 0,
    outputPadding: any PerAxis = 0, dilation: any PerAxis = 1, groups: Int = 1
  ) -> Tensor {
    sampleTranspose(
      filter, Window(stride, padding, dilation, groups: groups), outputPadding, axes: 3, "convTranspose3d")
  }

  /// The transpose of `conv2d(perSample:)` by the filter: images `[N, H, W, C]` with residuals `[N, H', W', O]` of the
  /// convolution's output give filters `[N, kH, kW, C / groups, O]`, each the sum over the positions of its sample.
  public func convFilterTranspose2d(
    perSample residual: Tensor, kernel: any PerAxis, stride: any PerAxis = 1, padding: any Padding = 0,
    dilation: any PerAxis = 1, groups: Int = 1
  ) -> Tensor {
    sampleFilterTranspose(
      residual, kernel, Window(stride, padding, dilation, groups: groups), axes: 2, "convFilterTranspose2d")
  }

  /// The transpose of `conv3d(perSample:)` by the filter: volumes `[N, T, H, W, C]` with residuals `[N, T', H', W', O]`
  /// of the convolution's output give filters `[N, kT, kH, kW, C / groups, O]`.
  public func convFilterTranspose3d(
    perSample residual: Tensor, kernel: any PerAxis, stride: any PerAxis = 1, padding: any Padding = 0,
    dilation: any PerAxis = 1, groups: Int = 1
  ) -> Tensor {
    sampleFilterTranspose(
      residual, kernel, Window(stride, padding, dilation, groups: groups), axes: 3, "convFilterTranspose3d")
  }

  private func sampleConvolution(
    _ filter: Tensor, _ window: Window, axes: Int, _ name: String
  ) -> Tensor {
    if dtype == .bfloat16 {
      return throughFloat32 { $0.sampleConvolution(filter.to(.float32), window, axes: axes, name) }
    }
    checkSamples(filter, rank: axes + 3, axes, name)
    let plan = SampleConvolutionPlan(
      samples: shape[0],
      ConvolutionPlan(
        input: shape.ofOneSample, filter: Shape(filter.shape.dropFirst()), window: window, axes: axes, name))
    return convolved(filter, plan)
  }

  private func sampleTranspose(
    _ filter: Tensor, _ window: Window, _ outputPadding: any PerAxis, axes: Int, _ name: String
  ) -> Tensor {
    if dtype == .bfloat16 {
      return throughFloat32 {
        $0.sampleTranspose(filter.to(.float32), window, outputPadding, axes: axes, name)
      }
    }
    checkSamples(filter, rank: axes + 3, axes, name)
    let plan = SampleConvolutionPlan(
      samples: shape[0],
      ConvolutionPlan(
        transposeOf: shape.ofOneSample, filter: Shape(filter.shape.dropFirst()), window: window,
        outputPadding: outputPadding, axes: axes, name))
    return convolvedBack(filter, plan)
  }

  private func sampleFilterTranspose(
    _ residual: Tensor, _ kernel: any PerAxis, _ window: Window, axes: Int, _ name: String
  ) -> Tensor {
    if dtype == .bfloat16 {
      return throughFloat32 {
        $0.sampleFilterTranspose(residual.to(.float32), kernel, window, axes: axes, name)
      }
    }
    checkSamples(residual, rank: axes + 2, axes, name)
    require(
      window.groups > 0 && shape[-1] % window.groups == 0,
      "\(name): \(window.groups) groups of the channels of shape \(shape)")
    let filter = Shape(kernel.sizes(axes: axes) + [shape[-1] / window.groups, residual.shape[-1]])
    let plan = SampleConvolutionPlan(
      samples: shape[0],
      ConvolutionPlan(input: shape.ofOneSample, filter: filter, window: window, axes: axes, name))
    require(
      residual.shape == plan.output,
      "\(name): residuals of shape \(residual.shape), where the convolution of shape \(shape) has \(plan.output)"
    )
    return correlated(residual, plan)
  }

  private func convolved(_ filter: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    Kernel.convolveSamples(self, filter, plan).recorded(
      edge { dy in dy.convolvedBack(filter, plan) },
      filter.edge { [x = self] dy in x.correlated(dy, plan) })
  }

  private func convolvedBack(_ filter: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    Kernel.sampleTranspose(self, filter, plan).recorded(
      edge { dx in dx.convolved(filter, plan) },
      filter.edge { [y = self] dx in dx.correlated(y, plan) })
  }

  private func correlated(_ residual: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    Kernel.sampleFilterTranspose(self, residual, plan).recorded(
      edge { dw in residual.convolvedBack(dw, plan) },
      residual.edge { [x = self] dw in x.convolved(dw, plan) })
  }

  private func checkSamples(_ other: Tensor, rank otherRank: Int, _ axes: Int, _ name: String) {
    Kernel.requireFloatingPoint(self, name)
    Kernel.requireSame(self, other, name)
    require(
      rank == axes + 2 && other.rank == otherRank && shape[0] == other.shape[0],
      "\(name) per sample: shapes \(shape) and \(other.shape) don't fit together")
  }
}

/// The convolution of one sample, and how many there are.
struct SampleConvolutionPlan {
  let samples: Int
  let one: ConvolutionPlan

  init(samples: Int, _ one: ConvolutionPlan) { (self.samples, self.one) = (samples, one) }

  var input: Shape { Shape([samples] + one.input.dropFirst()) }
  var filter: Shape { Shape([samples] + one.filter) }
  var output: Shape { Shape([samples] + one.output.dropFirst()) }

  /// Whether a kernel did its work on each sample, whose input, filter and output begin so many bytes behind the first's.
  fileprivate func forEachSample(_ dtype: DType, _ kernel: (_ x: Int, _ w: Int, _ y: Int) -> Bool) -> Bool {
    let (x, w, y) = (one.input.elementCount, one.filter.elementCount, one.output.elementCount)
    return (0..<samples).allSatisfy { sample in
      let first = sample * dtype.size
      return kernel(first * x, first * w, first * y)
    }
  }
}

extension Shape {
  fileprivate var ofOneSample: Shape { Shape([1] + dropFirst()) }
}

extension Kernel {
  /// Each sample with a filter of its own.
  static func convolveSamples(_ x: Tensor, _ filter: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    var one = plan.one.kernel
    return make("a convolution per sample", plan.output, from: x, filter) { type, x, w, y in
      plan.forEachSample(filter.dtype) {
        onednn_convolution_forward(type, &one, x + $0, w + $1, nil, false, y + $2)
          || ck_convolution_forward(type, &one, x + $0, w + $1, nil, false, y + $2)
      }
    }
  }

  static func sampleTranspose(_ y: Tensor, _ filter: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    var one = plan.one.kernel
    return make("a convolution per sample", plan.input, from: y, filter) { type, y, w, x in
      plan.forEachSample(filter.dtype) {
        onednn_convolution_input_gradient(type, &one, y + $2, w + $1, x + $0)
          || ck_convolution_input_gradient(type, &one, y + $2, w + $1, x + $0)
      }
    }
  }

  static func sampleFilterTranspose(_ x: Tensor, _ y: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    let dtype = x.dtype
    var one = plan.one.kernel
    return make("a convolution per sample", plan.filter, from: x, y) { type, x, y, w in
      plan.forEachSample(dtype) {
        onednn_convolution_filter_gradient(type, &one, y + $2, x + $0, w + $1, nil)
          || ck_convolution_filter_gradient(type, &one, y + $2, x + $0, w + $1, nil)
      }
    }
  }
}
