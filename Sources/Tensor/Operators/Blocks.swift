// Positions of images turned into channels, and back; and windows of images as axes of their own.
extension Tensor {
  /// Channels spread over blocks of positions: `[N, H, W, b·b·C]` gives `[N, H·b, W·b, C]`, channel (i·b + j)·C + c going
  /// to row i and column j of its block (TensorFlow's and ONNX's order).
  public func depthToSpace(_ block: Int) -> Tensor {
    let (n, h, w, c) = blockedSizes(channelsPer: block, "depthToSpace")
    return reshape(n, h, w, block, block, c).permuted(0, 1, 3, 2, 4, 5).reshape(n, h * block, w * block, c)
  }

  /// Blocks of positions as channels: `[N, H·b, W·b, C]` gives `[N, H, W, b·b·C]`, the inverse of `depthToSpace`.
  public func spaceToDepth(_ block: Int) -> Tensor {
    let (n, h, w, c) = blockedSizes(positionsPer: block, "spaceToDepth")
    return reshape(n, h, block, w, block, c).permuted(0, 1, 3, 2, 4, 5).reshape(n, h, w, block * block * c)
  }

  /// Channels spread over blocks of positions, in PyTorch's order: channel (c·b + i)·b + j of `[N, H, W, C·b·b]` goes to
  /// row i and column j of its block, `[N, H·b, W·b, C]`.
  public func pixelShuffle(_ block: Int) -> Tensor {
    let (n, h, w, c) = blockedSizes(channelsPer: block, "pixelShuffle")
    return reshape(n, h, w, c, block, block).permuted(0, 1, 4, 2, 5, 3).reshape(n, h * block, w * block, c)
  }

  /// Blocks of positions as channels, in PyTorch's order: the inverse of `pixelShuffle`.
  public func pixelUnshuffle(_ block: Int) -> Tensor {
    let (n, h, w, c) = blockedSizes(positionsPer: block, "pixelUnshuffle")
    return reshape(n, h, block, w, block, c).permuted(0, 1, 3, 5, 2, 4).reshape(n, h, w, c * block * block)
  }

  private func blockedSizes(channelsPer block: Int, _ name: String) -> (Int, Int, Int, Int) {
    require(
      rank == 4 && block > 0 && shape[3] % (block * block) == 0, "\(name): blocks of \(block) in \(shape)")
    return (shape[0], shape[1], shape[2], shape[3] / (block * block))
  }

  private func blockedSizes(positionsPer block: Int, _ name: String) -> (Int, Int, Int, Int) {
    require(
      rank == 4 && block > 0 && shape[1] % block == 0 && shape[2] % block == 0,
      "\(name): blocks of \(block) in \(shape)")
    return (shape[0], shape[1] / block, shape[2] / block, shape[3])
  }

  /// The windows of images `[N, H, W, C]` that a convolution would read, `[N, H', W', kH, kW, C]`; beyond the image they
  /// are 0.
  public func unfold2d(
    _ kernel: any PerAxis, stride: any PerAxis = 1, padding: any Padding = 0, dilation: any PerAxis = 1
  ) -> Tensor {
    let plan = UnfoldingPlan(
      shape, kernel.values(2, "kernel"), Window(stride, padding, dilation),
      "unfold2d")
    return plan.unfold(detached()).recorded(edge { dy in plan.fold(dy) })
  }

  /// The transpose of `unfold2d`: windows `[N, H', W', kH, kW, C]` added up to images `[N, height, width, C]`.
  public func fold2d(
    height: Int, width: Int, stride: any PerAxis = 1, padding: any Padding = 0, dilation: any PerAxis = 1
  ) -> Tensor {
    Kernel.requireFloatingPoint(self, "fold2d")
    require(rank == 6, "fold2d: shape \(shape) is not [N, H', W', kH, kW, C]")
    let plan = UnfoldingPlan(
      [shape[0], height, width, shape[5]], [shape[3], shape[4]],
      Window(stride, padding, dilation), "fold2d")
    require(
      shape == plan.windows.shape, "fold2d: windows \(shape), not \(plan.windows.shape), to \(plan.images)")
    return plan.fold(self).recorded(edge { dy in plan.unfold(dy) })
  }
}

/// Windows of padded images, checked once: each is a choice of the images' elements, and they overlap.
private struct UnfoldingPlan {
  let images: Shape
  let windows: Selection
  private let padded: Shape
  private let inside: Selection

  init(_ images: Shape, _ kernel: [Int], _ window: Window, _ operation: String) {
    require(images.rank == 4, "\(operation): shape \(images) is not [N, H, W, C]")
    let geometry = WindowGeometry(kernel: kernel, window, operation)
    let sizes = geometry.outputSizes([images[1], images[2]])
    require(
      sizes.allSatisfy { $0 >= 0 }, "\(operation): a kernel \(kernel) doesn't fit images \(images)")
    self.images = images
    var padded = images
    for axis in 0..<2 { padded[axis + 1] += geometry.before[axis] + geometry.after[axis] }
    let steps = padded.strides
    var inside = Selection(padded)
    inside.sizes = images.dimensions
    inside.offset = geometry.before[0] * steps[1] + geometry.before[1] * steps[2]
    var windows = Selection()
    windows.sizes = [images[0]] + sizes + kernel + [images[3]]
    windows.strides =
      [steps[0], geometry.stride[0] * steps[1], geometry.stride[1] * steps[2]]
      + [geometry.dilation[0] * steps[1], geometry.dilation[1] * steps[2], 1]
    (self.padded, self.inside, self.windows) = (padded, inside, windows)
  }

  func unfold(_ x: Tensor) -> Tensor {
    Kernel.copy(windows, of: padded == images ? x : Kernel.embed(x, at: inside, in: padded))
  }

  func fold(_ y: Tensor) -> Tensor {
    let sum = Tensor(zeros: padded, dtype: y.dtype)
    for row in 0..<windows.sizes[3] {
      for column in 0..<windows.sizes[4] {
        var target = windows
        target.offset += row * windows.strides[3] + column * windows.strides[4]
        for _ in 0..<2 {
          target.sizes.remove(at: 3)
          target.strides.remove(at: 3)
        }
        Kernel.accumulate(y[.all, .all, .all, row, column], to: target, of: sum)
      }
    }
    return padded == images ? sum : Kernel.copy(inside, of: sum)
  }
}
