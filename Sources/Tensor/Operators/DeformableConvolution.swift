extension Tensor {
  /// Deformable convolution (Zhu et al. 2019) of images `[N, H, W, C]` with filters `[kH, kW, C / groups, O]`: each
  /// element of the kernel reads the image's bilinear surface, 0 outside, at its position moved by an offset, times a mask
  /// where there is one; plus a bias `[O]`. Returns `[N, H', W', O]`.
  ///
  /// `offsets` is `[N, H', W', G, kH·kW, 2]`, (down, right) in pixels, the mask `[N, H', W', G, kH·kW]`: each of G parts
  /// of the channels has its own. Differentiable in all operands.
  public func deformableConv2d(
    _ filter: Tensor, offsets: Tensor, mask: Tensor? = nil, bias: Tensor? = nil, stride: any PerAxis = 1,
    padding: any Padding = 0, dilation: any PerAxis = 1, groups: Int = 1
  ) -> Tensor {
    let window = Window(stride, padding, dilation, groups: groups)
    let plan = ConvolutionPlan(
      input: shape, filter: filter.shape, window: window, axes: 2, "deformableConv2d")
    let geometry = WindowGeometry(kernel: Array(filter.shape.prefix(2)), window, "deformableConv2d")
    let (rows, columns) = (plan.output[1], plan.output[2])
    let parts = offsets.rank == 6 ? offsets.shape[3] : 0
    let taps = filter.shape[0] * filter.shape[1]
    require(
      parts > 0 && shape[3] % parts == 0 && offsets.shape == [shape[0], rows, columns, parts, taps, 2]
        && (mask.map { $0.shape == Shape(offsets.shape.dropLast()) } ?? true),
      "deformableConv2d: offsets \(offsets.shape), mask \(mask?.shape ?? []), from \(shape) to \(plan.output)"
    )
    let positions = geometry.positions(of: plan.output, dtype: dtype) + offsets
    // Places (down, right) in pixels as the grid's (x, y): −1 and 1 are the image's outer edges.
    let sizes = Tensor([Double(shape[2]), Double(shape[1])]).to(dtype)
    let grid = (positions.flipped(axis: -1) * 2 + 1) / sizes - 1
    let read = split(into: parts, axis: 3).enumerated().map { part, channels in
      let own = grid[.all, .all, .all, part].reshape(shape[0], rows, columns * taps, 2)
      let x = channels.gridSample(own, padding: .zeros).reshape(
        shape[0], rows, columns, taps, shape[3] / parts)
      return mask.map { x * $0[.all, .all, .all, part].expandingAxis(-1) } ?? x
    }
    // A product of what the kernel read with the filter, group by group.
    let inputs = Tensor.concatenate(read, axis: -1).split(into: groups, axis: -1)
    let filters = filter.reshape(taps, filter.shape[2], filter.shape[3]).split(into: groups, axis: -1)
    let products = zip(inputs, filters).map { Tensor.einsum("nhwki,kio->nhwo", $0, $1) }
    let y = Tensor.concatenate(products, axis: -1)
    return bias.map { y + $0 } ?? y
  }
}

extension WindowGeometry {
  /// Where the elements of a kernel stand for each output `[N, H', W', O]`, (down, right): `[H', W', 1, kH·kW, 2]`.
  fileprivate func positions(of output: Shape, dtype: DType) -> Tensor {
    func line(_ axis: Int) -> Tensor {
      let starts = Tensor(0..<output[axis + 1]) * Double(stride[axis]) - Double(before[axis])
      return starts.expandingAxis(1) + Tensor(0..<kernel[axis]) * Double(dilation[axis])
    }
    let positions: Shape = [output[1], output[2], kernel[0], kernel[1]]
    let down = line(0).reshape(output[1], 1, kernel[0], 1).broadcast(to: positions)
    let right = line(1).reshape(1, output[2], 1, kernel[1]).broadcast(to: positions)
    return Tensor.stack([down, right], axis: -1)
      .reshape(output[1], output[2], 1, kernel[0] * kernel[1], 2).to(dtype)
  }
}
