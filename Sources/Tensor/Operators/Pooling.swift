import CKernels

extension Tensor {
  /// The largest value of each window of sequences `[N, L, C]`; the stride is the kernel unless given.
  public func maxPool1d(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false
  ) -> Tensor {
    maxPool(PoolingPlan(shape, kernel, stride, padding, dilation, ceilMode, axes: 1, "maxPool1d"))
  }

  /// The largest value of each window of images `[N, H, W, C]`; the stride is the kernel unless given. Padding never wins.
  public func maxPool2d(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false
  ) -> Tensor {
    maxPool(PoolingPlan(shape, kernel, stride, padding, dilation, ceilMode, axes: 2, "maxPool2d"))
  }

  /// The largest value of each window of images `[N, H, W, C]`, and where it was: row·W + column, `int32`; −1 where a
  /// window holds nothing.
  public func maxPool2dWithIndices(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false
  ) -> (values: Tensor, indices: Tensor) {
    maxPoolWithIndices(
      PoolingPlan(shape, kernel, stride, padding, dilation, ceilMode, axes: 2, "maxPool2dWithIndices"))
  }

  /// The largest value of each window of volumes `[N, T, H, W, C]`; the stride is the kernel unless given.
  public func maxPool3d(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false
  ) -> Tensor {
    maxPool(PoolingPlan(shape, kernel, stride, padding, dilation, ceilMode, axes: 3, "maxPool3d"))
  }

  /// The largest value of each window of volumes `[N, T, H, W, C]`, and where it was: (frame·H + row)·W + column, `int32`;
  /// −1 where a window holds nothing.
  public func maxPool3dWithIndices(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false
  ) -> (values: Tensor, indices: Tensor) {
    maxPoolWithIndices(
      PoolingPlan(shape, kernel, stride, padding, dilation, ceilMode, axes: 3, "maxPool3dWithIndices"))
  }

  /// The mean of each window of sequences `[N, L, C]`; the stride is the kernel unless given.
  public func averagePool1d(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false, includesPadding: Bool = true
  ) -> Tensor {
    averagePool(
      PoolingPlan(
        shape, kernel, stride, padding, dilation, ceilMode, includesPadding, axes: 1, "averagePool1d"))
  }

  /// The mean of each window of images `[N, H, W, C]`; the stride is the kernel unless given. Padded zeros count
  /// as values unless told otherwise.
  public func averagePool2d(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false, includesPadding: Bool = true
  ) -> Tensor {
    averagePool(
      PoolingPlan(
        shape, kernel, stride, padding, dilation, ceilMode, includesPadding, axes: 2, "averagePool2d"))
  }

  /// The mean of each window of volumes `[N, T, H, W, C]`; the stride is the kernel unless given.
  public func averagePool3d(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false, includesPadding: Bool = true
  ) -> Tensor {
    averagePool(
      PoolingPlan(
        shape, kernel, stride, padding, dilation, ceilMode, includesPadding, axes: 3, "averagePool3d"))
  }

  /// The largest values of sequences `[N, L, C]` shared out to a length.
  public func adaptiveMaxPool1d(length: Int) -> Tensor {
    maxPool(PoolingPlan(adaptive: shape, to: [length], "adaptiveMaxPool1d"))
  }

  /// The largest values of images `[N, H, W, C]` shared out to a height and width: output i of n reads positions
  /// ⌊i·H/n⌋ to before ⌈(i + 1)·H/n⌉.
  public func adaptiveMaxPool2d(height: Int, width: Int) -> Tensor {
    maxPool(PoolingPlan(adaptive: shape, to: [height, width], "adaptiveMaxPool2d"))
  }

  /// The largest values of volumes `[N, T, H, W, C]` shared out to a length, height and width.
  public func adaptiveMaxPool3d(time: Int, height: Int, width: Int) -> Tensor {
    maxPool(PoolingPlan(adaptive: shape, to: [time, height, width], "adaptiveMaxPool3d"))
  }

  /// The means of sequences `[N, L, C]` shared out to a length.
  public func adaptiveAveragePool1d(length: Int) -> Tensor {
    averagePool(PoolingPlan(adaptive: shape, to: [length], "adaptiveAveragePool1d"))
  }

  /// The means of images `[N, H, W, C]` shared out to a height and width: output i of n reads positions ⌊i·H/n⌋ to
  /// before ⌈(i + 1)·H/n⌉.
  public func adaptiveAveragePool2d(height: Int, width: Int) -> Tensor {
    averagePool(PoolingPlan(adaptive: shape, to: [height, width], "adaptiveAveragePool2d"))
  }

  /// The means of volumes `[N, T, H, W, C]` shared out to a length, height and width.
  public func adaptiveAveragePool3d(time: Int, height: Int, width: Int) -> Tensor {
    averagePool(PoolingPlan(adaptive: shape, to: [time, height, width], "adaptiveAveragePool3d"))
  }

  /// The largest value of each channel over all positions, which stay as axes of size 1: `[N, H, W, C]` gives
  /// `[N, 1, 1, C]`. Where several are the largest, they share the gradient.
  public func globalMaxPool() -> Tensor { max(axis: positionAxes, keepingAxes: true) }

  /// The mean of each channel over all positions, which stay as axes of size 1: `[N, H, W, C]` gives `[N, 1, 1, C]`.
  public func globalAveragePool() -> Tensor { mean(axis: positionAxes, keepingAxes: true) }

  private var positionAxes: [Int] {
    require(rank >= 2, "global pooling: shape \(shape) has no samples and channels")
    return Array(1..<rank - 1)
  }

  private func maxPool(_ plan: PoolingPlan) -> Tensor {
    let (y, index) = Kernel.maxPool(self, plan, wantsIndex: isRecorded)
    return y.recorded(edge { dy in dy.spreadBack(to: index!, plan) })
  }

  private func maxPoolWithIndices(_ plan: PoolingPlan) -> (values: Tensor, indices: Tensor) {
    let (y, index) = Kernel.maxPool(self, plan, wantsIndex: true)
    return (y.recorded(edge { dy in dy.spreadBack(to: index!, plan) }), index!)
  }

  /// Gradients of what was found at the indices, added up where it was found.
  private func spreadBack(to index: Tensor, _ plan: PoolingPlan) -> Tensor {
    Kernel.maxPoolGradient(self, index, plan).recorded(
      edge { dx in
        // A window that holds nothing has the index −1.
        let rows: Shape = [plan.input[0], plan.input.dropFirst().dropLast().reduce(1, *), plan.input[-1]]
        let positions = index.reshape([index.shape[0], -1, index.shape[-1]])
        let found = dx.reshape(rows).picked(at: Tensor.maximum(positions, 0), axis: 1)
        return found.replacing(where: positions .< 0, with: 0).reshape(plan.output)
      })
  }

  private func averagePool(_ plan: PoolingPlan) -> Tensor {
    linearly({ Kernel.averagePool($0, plan) }, transpose: { Kernel.averagePoolGradient($0, plan) })
  }
}

/// A pooling's sizes, checked once.
struct PoolingPlan {
  let kernel: ck_pooling
  let input: Shape
  let output: Shape

  init(
    _ input: Shape, _ kernel: any PerAxis, _ stride: (any PerAxis)?, _ padding: any Padding,
    _ dilation: any PerAxis,
    _ ceilMode: Bool, _ includesPadding: Bool = true, axes: Int, _ operation: String
  ) {
    require(input.rank == axes + 2, "\(operation): input \(input) doesn't have \(axes + 2) axes")
    let window = Window(stride ?? kernel, padding, dilation)
    let geometry = WindowGeometry(kernel: kernel.values(axes, "kernel"), window, operation)
    let sizes = geometry.outputSizes(Array(input.dropFirst().prefix(axes)), ceilMode: ceilMode)
    require(
      sizes.allSatisfy { $0 >= 0 } && zip(geometry.before, geometry.extent).allSatisfy { $0 < $1 },
      "\(operation): a kernel \(geometry.kernel) padded by \(geometry.before) doesn't fit input \(input)")
    self.input = input
    output = Shape([input[0]] + sizes + [input[-1]])
    self.kernel = ck_pooling(
      batch: Int64(input[0]), channels: Int64(input[-1]),
      in: threeAxes(Array(input.dropFirst().dropLast()), filler: 1), out: threeAxes(sizes, filler: 1),
      kernel: threeAxes(geometry.kernel, filler: 1), stride: threeAxes(geometry.stride, filler: 1),
      dilation: threeAxes(geometry.dilation, filler: 1), before: threeAxes(geometry.before, filler: 0),
      after: threeAxes(geometry.after, filler: 0), count_padding: includesPadding, adaptive: false)
  }

  /// Windows that share the positions of the input out to those of the output.
  init(adaptive input: Shape, to sizes: [Int], _ operation: String) {
    require(
      input.rank == sizes.count + 2 && sizes.allSatisfy { $0 >= 0 }
        && zip(input.dropFirst(), sizes).allSatisfy { $0 > 0 || $1 == 0 },
      "\(operation): from shape \(input) to sizes \(sizes)")
    self.input = input
    output = Shape([input[0]] + sizes + [input[-1]])
    let positions = Array(input.dropFirst().dropLast())
    // A window that starts within a position and ends within another reads one more.
    let largest = zip(positions, sizes).map { from, to in to == 0 ? 1 : (from + to - 1) / to + 1 }
    self.kernel = ck_pooling(
      batch: Int64(input[0]), channels: Int64(input[-1]), in: threeAxes(positions, filler: 1),
      out: threeAxes(sizes, filler: 1), kernel: threeAxes(largest, filler: 1), stride: (1, 1, 1),
      dilation: (1, 1, 1), before: (0, 0, 0), after: (0, 0, 0), count_padding: false, adaptive: true)
  }
}

extension Kernel {
  static func maxPool(_ x: Tensor, _ plan: PoolingPlan, wantsIndex: Bool) -> (Tensor, index: Tensor?) {
    if !x.dtype.isFloatingPoint {
      let (largest, index) = maxPool(x.to(.float64), plan, wantsIndex: wantsIndex)
      return (largest.to(x.dtype), index)
    }
    if wantsIndex { requireIndices(x.shape.dropFirst().dropLast().reduce(1, *), "max pooling") }
    let index = wantsIndex ? Tensor(uninitialized: plan.output, .int32) : nil
    var kernel = plan.kernel
    let y = make("max pooling", plan.output, from: x) {
      ck_max_pool_forward($0, &kernel, $1, $2, index?.i32)
    }
    return (y, index)
  }

  static func maxPoolGradient(_ dy: Tensor, _ index: Tensor, _ plan: PoolingPlan) -> Tensor {
    var kernel = plan.kernel
    return make("max pooling", plan.input, from: dy) {
      ck_max_pool_backward($0, &kernel, $1, index.i32, $2)
    }
  }

  static func averagePool(_ x: Tensor, _ plan: PoolingPlan) -> Tensor {
    var kernel = plan.kernel
    return make("average pooling", plan.output, from: x) { ck_average_pool_forward($0, &kernel, $1, $2) }
  }

  static func averagePoolGradient(_ dy: Tensor, _ plan: PoolingPlan) -> Tensor {
    var kernel = plan.kernel
    return make("average pooling", plan.input, from: dy) { ck_average_pool_backward($0, &kernel, $1, $2) }
  }
}
