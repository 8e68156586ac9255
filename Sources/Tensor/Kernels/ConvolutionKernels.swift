import CKernels
import COneDNN

// float32 and bfloat16 go to oneDNN where it has a fast kernel; float64, and the rest, through OpenBLAS.
extension Kernel {
  static func convolve(
    _ x: Tensor, _ filter: Tensor, _ bias: Tensor?, relu: Bool, _ plan: ConvolutionPlan
  ) -> Tensor {
    let y = Tensor(uninitialized: plan.output, x.dtype)
    var kernel = plan.kernel
    if x.dtype == .bfloat16 {
      let isDone = onednn_convolution_forward_bf16(&kernel, x.u16, filter.f32, bias?.f32, relu, y.u16)
      return isDone ? y : rounded(convolve(widened(x), filter, bias, relu: relu, plan))
    } else if x.dtype == .float64 {
      ck_convolution_forward_f64(&kernel, x.f64, filter.f64, bias?.f64, relu, y.f64)
    } else if !onednn_convolution_forward(&kernel, x.f32, filter.f32, bias?.f32, relu, y.f32) {
      ck_convolution_forward_f32(&kernel, x.f32, filter.f32, bias?.f32, relu, y.f32)
    }
    return y
  }

  static func convolutionInputGradient(_ dy: Tensor, _ filter: Tensor, _ plan: ConvolutionPlan) -> Tensor {
    let dx = Tensor(uninitialized: plan.input, dy.dtype)
    var kernel = plan.kernel
    if dy.dtype == .bfloat16 {
      let isDone = onednn_convolution_input_gradient_bf16(&kernel, dy.u16, filter.f32, dx.u16)
      return isDone ? dx : rounded(convolutionInputGradient(widened(dy), filter, plan))
    } else if dy.dtype == .float64 {
      ck_convolution_input_gradient_f64(&kernel, dy.f64, filter.f64, dx.f64)
    } else if !onednn_convolution_input_gradient(&kernel, dy.f32, filter.f32, dx.f32) {
      ck_convolution_input_gradient_f32(&kernel, dy.f32, filter.f32, dx.f32)
    }
    return dx
  }

  static func convolutionFilterGradient(
    _ dy: Tensor, _ x: Tensor, _ plan: ConvolutionPlan, bias: Bool
  ) -> (filter: Tensor, bias: Tensor?) {
    let type = dy.dtype == .float64 ? DType.float64 : .float32
    let dw = Tensor(uninitialized: plan.filter, type)
    let db = bias ? Tensor(uninitialized: [plan.filter[-1]], type) : nil
    var kernel = plan.kernel
    if dy.dtype == .bfloat16 {
      let isDone =
        ck_convolution_filter_gradient_direct_bf16(&kernel, dy.u16, x.u16, dw.f32, db?.f32)
        || onednn_convolution_filter_gradient_bf16(&kernel, dy.u16, x.u16, dw.f32, db?.f32)
      return isDone ? (dw, db) : convolutionFilterGradient(widened(dy), widened(x), plan, bias: bias)
    } else if dy.dtype == .float64 {
      ck_convolution_filter_gradient_f64(&kernel, dy.f64, x.f64, dw.f64, db?.f64)
    } else if !ck_convolution_filter_gradient_direct_f32(&kernel, dy.f32, x.f32, dw.f32, db?.f32)
      && !onednn_convolution_filter_gradient(&kernel, dy.f32, x.f32, dw.f32, db?.f32)
    {
      ck_convolution_filter_gradient_f32(&kernel, dy.f32, x.f32, dw.f32, db?.f32)
    }
    return (dw, db)
  }

  /// Each sample with a filter of its own.
  static func convolveSamples(_ x: Tensor, _ filter: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    let y = Tensor(uninitialized: plan.output, x.dtype)
    var one = plan.one.kernel
    forEachSample(plan) { input, weights, output in
      if x.dtype == .float64 {
        ck_convolution_forward_f64(&one, x.f64 + input, filter.f64 + weights, nil, false, y.f64 + output)
      } else if !onednn_convolution_forward(
        &one, x.f32 + input, filter.f32 + weights, nil, false, y.f32 + output)
      {
        ck_convolution_forward_f32(&one, x.f32 + input, filter.f32 + weights, nil, false, y.f32 + output)
      }
    }
    return y
  }

  static func sampleTranspose(_ y: Tensor, _ filter: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    let x = Tensor(uninitialized: plan.input, y.dtype)
    var one = plan.one.kernel
    forEachSample(plan) { input, weights, output in
      if y.dtype == .float64 {
        ck_convolution_input_gradient_f64(&one, y.f64 + output, filter.f64 + weights, x.f64 + input)
      } else if !onednn_convolution_input_gradient(
        &one, y.f32 + output, filter.f32 + weights, x.f32 + input)
      {
        ck_convolution_input_gradient_f32(&one, y.f32 + output, filter.f32 + weights, x.f32 + input)
      }
    }
    return x
  }

  static func sampleFilterTranspose(_ x: Tensor, _ y: Tensor, _ plan: SampleConvolutionPlan) -> Tensor {
    let filter = Tensor(uninitialized: plan.filter, x.dtype)
    var one = plan.one.kernel
    forEachSample(plan) { input, weights, output in
      if x.dtype == .float64 {
        ck_convolution_filter_gradient_f64(&one, y.f64 + output, x.f64 + input, filter.f64 + weights, nil)
      } else if !onednn_convolution_filter_gradient(
        &one, y.f32 + output, x.f32 + input, filter.f32 + weights, nil)
      {
        ck_convolution_filter_gradient_f32(&one, y.f32 + output, x.f32 + input, filter.f32 + weights, nil)
      }
    }
    return filter
  }

  /// Where each sample's input, filter and output begin.
  private static func forEachSample(_ plan: SampleConvolutionPlan, _ body: (Int, Int, Int) -> Void) {
    let (input, filter, output) = (
      plan.one.input.elementCount, plan.one.filter.elementCount, plan.one.output.elementCount
    )
    for sample in 0..<plan.samples { body(sample * input, sample * filter, sample * output) }
  }

  static func matmul(_ a: Tensor, _ b: Tensor, _ plan: MatrixProductPlan) -> Tensor {
    let y = Tensor(uninitialized: plan.output, a.dtype)
    if plan.output.elementCount == 0 { return y }
    let (m, n, k) = (Int64(plan.rows), Int64(plan.columns), Int64(plan.inner))
    let (left, right) = (plan.transposeLeft, plan.transposeRight)
    // A batch whose axes are stretched unevenly is laid out first; one operand shared by all stays as it is.
    let aBatch = Shape(a.shape.dropLast(2)), bBatch = Shape(b.shape.dropLast(2))
    let batch = Int64(plan.batch.elementCount)
    func operand(_ x: Tensor, _ own: Shape) -> (Tensor, Int64) {
      let size = Int64(x.shape[-1] * x.shape[-2])
      if own == plan.batch { return (x, size) }
      if own.elementCount == 1 { return (x, 0) }
      return (broadcast(x, to: Shape(plan.batch + x.shape.suffix(2))), size)
    }
    let (a, aStride) = operand(a, aBatch)
    let (b, bStride) = operand(b, bBatch)
    switch a.dtype {
    case .float32:
      if !onednn_matmul(batch, aStride, bStride, left, right, m, n, k, a.f32, b.f32, y.f32) {
        ck_matmul_f32(batch, aStride, bStride, left, right, m, n, k, a.f32, b.f32, y.f32)
      }
    case .float64:
      ck_matmul_f64(batch, aStride, bStride, left, right, m, n, k, a.f64, b.f64, y.f64)
    case .bfloat16:
      let isDone = onednn_matmul_bf16(
        aStride == 0 ? 1 : batch, bStride == 0 ? 1 : batch, left, right, m, n, k, a.u16, b.u16, y.u16)
      return isDone ? y : rounded(matmul(widened(a), widened(b), plan))
    default: unsupported("matmul", a.dtype)
    }
    return y
  }
}
