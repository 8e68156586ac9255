import CKernels
import COneDNN

/// A convolution's sizes, checked once and passed whole to the kernels.
struct ConvolutionPlan {
  let kernel: ck_convolution
  let input: Shape
  let filter: Shape
  let output: Shape

  /// Input `[N, spatial…, C]`, filter `[kernel…, C / groups, O]`.
  init(input: Shape, filter: Shape, window: Window, axes: Int, _ operation: String) {
    require(
      input.rank == axes + 2 && filter.rank == axes + 2,
      "\(operation): input \(input) and filter \(filter) don't both have \(axes + 2) axes")
    let geometry = WindowGeometry(kernel: Array(filter.prefix(axes)), window, operation)
    let sizes = geometry.outputSizes(Array(input.dropFirst().prefix(axes)))
    require(
      window.groups > 0 && input[-1] == filter[-2] * window.groups && filter[-1] % window.groups == 0
        && sizes.allSatisfy { $0 >= 0 },
      "\(operation): input \(input) and filter \(filter) in \(window.groups) groups don't fit together")
    self.input = input
    self.filter = filter
    output = Shape([input[0]] + sizes + [filter[-1]])
    kernel = ck_convolution(geometry, input: input, output: output, groups: window.groups)
  }

  /// The convolution whose transpose takes input `[N, spatial…, C]` with filter `[kernel…, O / groups, C]`.
  init(
    transposeOf input: Shape, filter: Shape, window: Window, outputPadding: any PerAxis, axes: Int,
    _ operation: String
  ) {
    require(
      input.rank == axes + 2 && filter.rank == axes + 2,
      "\(operation): input \(input) and filter \(filter) don't both have \(axes + 2) axes")
    let geometry = WindowGeometry(kernel: Array(filter.prefix(axes)), window, operation)
    let extra = outputPadding.values(axes, "output padding")
    let sizes: [Int] = (0..<axes).map { axis in
      let reach = (input[axis + 1] - 1) * geometry.stride[axis] + geometry.extent[axis]
      return reach - geometry.before[axis] - geometry.after[axis] + extra[axis]
    }
    let fits: [Bool] = (0..<axes).map { axis in
      let bound = Swift.max(geometry.stride[axis], geometry.dilation[axis])
      return sizes[axis] > 0 && extra[axis] >= 0 && extra[axis] < bound
    }
    require(
      window.groups > 0 && input[-1] == filter[-1] && filter[-1] % window.groups == 0
        && fits.allSatisfy(\.self),
      "\(operation): input \(input), filter \(filter) and output padding \(extra) in "
        + "\(window.groups) groups don't fit together")
    self.input = Shape([input[0]] + sizes + [filter[-2] * window.groups])
    self.filter = filter
    output = input
    kernel = ck_convolution(geometry, input: self.input, output: output, groups: window.groups)
  }
}

extension ck_convolution {
  fileprivate init(_ geometry: WindowGeometry, input: Shape, output: Shape, groups: Int) {
    self.init()
    batch = Int64(input[0])
    in_channels = Int64(input[-1])
    out_channels = Int64(output[-1])
    self.groups = Int64(groups)
    `in` = threeAxes(Array(input.dropFirst().dropLast()), filler: 1)
    out = threeAxes(Array(output.dropFirst().dropLast()), filler: 1)
    kernel = threeAxes(geometry.kernel, filler: 1)
    stride = threeAxes(geometry.stride, filler: 1)
    dilation = threeAxes(geometry.dilation, filler: 1)
    before = threeAxes(geometry.before, filler: 0)
    after = threeAxes(geometry.after, filler: 0)
  }
}

extension Tensor {
  /// Cross-correlation of sequences `[N, L, C]` with filters `[k, C / groups, O]`, plus a bias `[O]`, then ReLU
  /// where asked for; returns `[N, L', O]`.
  public func conv1d(
    _ filter: Tensor, bias: Tensor? = nil, stride: any PerAxis = 1, padding: any Padding = 0,
    dilation: any PerAxis = 1, groups: Int = 1, relu: Bool = false
  ) -> Tensor {
    convolution(
      filter, bias, Window(stride, padding, dilation, groups: groups), relu: relu, axes: 1)
  }

  /// Cross-correlation of images `[N, H, W, C]` with filters `[kH, kW, C / groups, O]`, plus a bias `[O]`, then
  /// ReLU where asked for; returns `[N, H', W', O]`.
  public func conv2d(
    _ filter: Tensor, bias: Tensor? = nil, stride: any PerAxis = 1, padding: any Padding = 0,
    dilation: any PerAxis = 1, groups: Int = 1, relu: Bool = false
  ) -> Tensor {
    convolution(
      filter, bias, Window(stride, padding, dilation, groups: groups), relu: relu, axes: 2)
  }

  /// Cross-correlation of volumes `[N, T, H, W, C]` with filters `[kT, kH, kW, C / groups, O]`, plus a bias
  /// `[O]`, then ReLU where asked for; returns `[N, T', H', W', O]`.
  public func conv3d(
    _ filter: Tensor, bias: Tensor? = nil, stride: any PerAxis = 1, padding: any Padding = 0,
    dilation: any PerAxis = 1, groups: Int = 1, relu: Bool = false
  ) -> Tensor {
    convolution(
      filter, bias, Window(stride, padding, dilation, groups: groups), relu: relu, axes: 3)
  }

  /// What the convolutions over one, two and three axes share.
  package func convolution(
    _ filter: Tensor, _ bias: Tensor?, _ window: Window, relu: Bool, axes: Int
  ) -> Tensor {
    let name = "conv\(axes)d"
    let plan = ConvolutionPlan(input: shape, filter: filter.shape, window: window, axes: axes, name)
    let (filter, bias) = operands(filter, bias, channels: filter.shape[-1], name)
    let y = Kernel.convolve(self, filter, bias, relu: relu, plan)
    let slope = relu ? UnarySlope(operation: ck_unary_relu, p: 0, q: 0, input: nil, output: y) : nil
    return y.recorded(jointly: [self, filter, bias]) { [x = self] dy, wanted in
      let dy = slope?(dy) ?? dy
      let dx = wanted[0] ? dy.convolvedBack(filter, plan) : nil
      if wanted[1] && wanted[2] && !Tensor.isAnyRecorded(x, dy) {
        let (dw, db) = Kernel.convolutionFilterGradient(dy, x, plan, bias: true)
        return [dx, dw, db]
      }
      let dw = wanted[1] ? x.correlated(dy, plan) : nil
      return [dx, dw, wanted[2] ? dy.sum(overAllBut: -1).to(filter.dtype) : nil]
    }
  }

  /// The transpose of `conv1d`: sequences `[N, L, C]` with filters `[k, O / groups, C]`, plus a bias `[O]`; returns
  /// `[N, L', O]`.
  public func convTranspose1d(
    _ filter: Tensor, bias: Tensor? = nil, stride: any PerAxis = 1, padding: any Padding = 0,
    outputPadding: any PerAxis = 0, dilation: any PerAxis = 1, groups: Int = 1
  ) -> Tensor {
    transposedConvolution(
      filter, bias, Window(stride, padding, dilation, groups: groups), outputPadding, axes: 1)
  }

  /// The transpose of `conv2d`: images `[N, H, W, C]` with filters `[kH, kW, O / groups, C]`, plus a bias `[O]`;
  /// returns `[N, H', W', O]`, H' = (H − 1)·stride − padding + dilation·(kH − 1) + 1 + output padding.
  public func convTranspose2d(
    _ filter: Tensor, bias: Tensor? = nil, stride: any PerAxis = 1, padding: any Padding = 0,
    outputPadding: any PerAxis = 0, dilation: any PerAxis = 1, groups: Int = 1
  ) -> Tensor {
    transposedConvolution(
      filter, bias, Window(stride, padding, dilation, groups: groups), outputPadding, axes: 2)
  }

  /// The transpose of `conv3d`: volumes `[N, T, H, W, C]` with filters `[kT, kH, kW, O / groups, C]`, plus a bias
  /// `[O]`; returns `[N, T', H', W', O]`.
  public func convTranspose3d(
    _ filter: Tensor, bias: Tensor? = nil, stride: any PerAxis = 1, padding: any Padding = 0,
    outputPadding: any PerAxis = 0, dilation: any PerAxis = 1, groups: Int = 1
  ) -> Tensor {
    transposedConvolution(
      filter, bias, Window(stride, padding, dilation, groups: groups), outputPadding, axes: 3)
  }

  /// What the transposed convolutions over one, two and three axes share.
  package func transposedConvolution(
    _ filter: Tensor, _ bias: Tensor?, _ window: Window, _ outputPadding: any PerAxis, axes: Int
  ) -> Tensor {
    let name = "convTranspose\(axes)d"
    let plan = ConvolutionPlan(
      transposeOf: shape, filter: filter.shape, window: window, outputPadding: outputPadding, axes: axes, name
    )
    let (filter, bias) = operands(filter, bias, channels: plan.input[-1], name)
    let y = Kernel.convolutionInputGradient(self, filter, plan)
    if let bias { Kernel.add(Kernel.cast(bias, to: dtype), to: y) }
    return y.recorded(
      edge { dy in dy.convolved(filter, plan) },
      filter.edge { [x = self] dy in dy.correlated(x, plan) },
      bias?.edge { [dtype = filter.dtype] dy in dy.sum(overAllBut: -1).to(dtype) })
  }

  private func operands(
    _ filter: Tensor, _ bias: Tensor?, channels: Int, _ name: String
  ) -> (filter: Tensor, bias: Tensor?) {
    Kernel.requireFloatingPoint(self, name)
    if let bias {
      require(
        bias.shape == [channels], "\(name): a bias of shape \(bias.shape) for \(channels) output channels")
    }
    return (filter.parameter(of: self, name), bias?.parameter(of: self, name))
  }

  /// The sum over every axis but one.
  func sum(overAllBut axis: Int) -> Tensor {
    let axis = shape.axis(axis)
    return sum(axis: shape.indices.filter { $0 != axis })
  }
}

// A convolution and its two transposes: the gradients of each are the other two.
extension Tensor {
  /// Input x, filter w: x ∗ w.
  fileprivate func convolved(_ filter: Tensor, _ plan: ConvolutionPlan) -> Tensor {
    Kernel.convolve(self, filter, nil, relu: false, plan).recorded(
      edge { dy in dy.convolvedBack(filter, plan) },
      filter.edge { [x = self] dy in x.correlated(dy, plan) })
  }

  /// What a gradient of the output comes to at the input.
  fileprivate func convolvedBack(_ filter: Tensor, _ plan: ConvolutionPlan) -> Tensor {
    Kernel.convolutionInputGradient(self, filter, plan).recorded(
      edge { dx in dx.convolved(filter, plan) },
      filter.edge { [y = self] dx in dx.correlated(y, plan) })
  }

  /// What a gradient y of the output comes to at the filter, for this input.
  fileprivate func correlated(_ y: Tensor, _ plan: ConvolutionPlan) -> Tensor {
    Kernel.convolutionFilterGradient(y, self, plan, bias: false).filter.recorded(
      edge { dw in y.convolvedBack(dw, plan) },
      y.edge { [x = self] dw in x.convolved(dw, plan) })
  }
}

// float32 and bfloat16 go through Winograd's products where they pay, else to oneDNN where it has a fast kernel; float64, and
// the rest, through OpenBLAS.
extension Kernel {
  static func convolve(
    _ x: Tensor, _ filter: Tensor, _ bias: Tensor?, relu: Bool, _ plan: ConvolutionPlan
  ) -> Tensor {
    var kernel = plan.kernel
    return make("a convolution", plan.output, from: x) {
      ck_convolution_forward_winograd($0, &kernel, $1, filter.elements, bias?.elements, relu, $2)
        || onednn_convolution_forward($0, &kernel, $1, filter.elements, bias?.elements, relu, $2)
        || ck_convolution_forward($0, &kernel, $1, filter.elements, bias?.elements, relu, $2)
    }
  }

  static func convolutionInputGradient(_ dy: Tensor, _ filter: Tensor, _ plan: ConvolutionPlan) -> Tensor {
    var kernel = plan.kernel
    return make("a convolution", plan.input, from: dy) {
      ck_convolution_input_gradient_winograd($0, &kernel, $1, filter.elements, $2)
        || onednn_convolution_input_gradient($0, &kernel, $1, filter.elements, $2)
        || ck_convolution_input_gradient($0, &kernel, $1, filter.elements, $2)
    }
  }

  static func convolutionFilterGradient(
    _ dy: Tensor, _ x: Tensor, _ plan: ConvolutionPlan, bias: Bool
  ) -> (filter: Tensor, bias: Tensor?) {
    let type = dy.dtype == .float64 ? DType.float64 : .float32
    let dw = Tensor(uninitialized: plan.filter, type)
    let db = bias ? Tensor(uninitialized: [plan.filter[-1]], type) : nil
    var kernel = plan.kernel
    func isDone(
      by gradient: (
        ck_type, UnsafePointer<ck_convolution>, UnsafeRawPointer, UnsafeRawPointer, UnsafeMutableRawPointer,
        UnsafeMutableRawPointer?
      ) -> Bool
    ) -> Bool {
      gradient(dy.dtype.kernelType, &kernel, dy.elements, x.elements, dw.mutableElements, db?.mutableElements)
    }
    if isDone(by: ck_convolution_filter_gradient_winograd)
      || isDone(by: ck_convolution_filter_gradient_direct)
      || isDone(by: onednn_convolution_filter_gradient) || isDone(by: ck_convolution_filter_gradient)
    {
      return (dw, db)
    }
    return convolutionFilterGradient(widened(dy), widened(x), plan, bias: bias)
  }
}
