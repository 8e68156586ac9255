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
    unfold(kernel.values(2, "kernel"), Window(stride, padding, dilation), "unfold2d")
  }

  /// The windows of volumes `[N, T, H, W, C]` that a convolution would read, `[N, T', H', W', kT, kH, kW, C]`; beyond the
  /// volume they are 0.
  public func unfold3d(
    _ kernel: any PerAxis, stride: any PerAxis = 1, padding: any Padding = 0, dilation: any PerAxis = 1
  ) -> Tensor {
    unfold(kernel.values(3, "kernel"), Window(stride, padding, dilation), "unfold3d")
  }

  /// The transpose of `unfold2d`: windows `[N, H', W', kH, kW, C]` added up to images `[N, height, width, C]`.
  public func fold2d(
    height: Int, width: Int, stride: any PerAxis = 1, padding: any Padding = 0, dilation: any PerAxis = 1
  ) -> Tensor {
    fold([height, width], Window(stride, padding, dilation), "fold2d")
  }

  /// The transpose of `unfold3d`: windows `[N, T', H', W', kT, kH, kW, C]` added up to volumes
  /// `[N, time, height, width, C]`.
  public func fold3d(
    time: Int, height: Int, width: Int, stride: any PerAxis = 1, padding: any Padding = 0,
    dilation: any PerAxis = 1
  ) -> Tensor {
    fold([time, height, width], Window(stride, padding, dilation), "fold3d")
  }

  private func unfold(_ kernel: [Int], _ window: Window, _ name: String) -> Tensor {
    let plan = UnfoldingPlan(shape, kernel, window, name)
    return linearly(plan.unfold, transpose: plan.fold)
  }

  private func fold(_ sizes: [Int], _ window: Window, _ name: String) -> Tensor {
    Kernel.requireFloatingPoint(self, name)
    let axes = sizes.count
    require(rank == 2 * axes + 2, "\(name): shape \(shape) is not one of windows")
    let plan = UnfoldingPlan(
      Shape([shape[0]] + sizes + [shape[-1]]), Array(shape[axes + 1...2 * axes]), window, name)
    require(
      shape == plan.windows.shape, "\(name): windows \(shape), not \(plan.windows.shape), to \(plan.images)")
    return linearly(plan.fold, transpose: plan.unfold)
  }
}

/// Windows of padded images or volumes, checked once: each is a choice of their elements, and they overlap.
private struct UnfoldingPlan {
  let images: Shape
  let windows: Selection
  private let padded: Shape
  private let inside: Selection
  private let axes: Int

  init(_ images: Shape, _ kernel: [Int], _ window: Window, _ operation: String) {
    axes = kernel.count
    require(images.rank == axes + 2, "\(operation): shape \(images) has not \(axes) axes of positions")
    let geometry = WindowGeometry(kernel: kernel, window, operation)
    let sizes = geometry.outputSizes(Array(images.dropFirst().dropLast()))
    require(
      sizes.allSatisfy { $0 >= 0 }, "\(operation): a kernel \(kernel) doesn't fit \(images)")
    self.images = images
    var padded = images
    for axis in 0..<axes { padded[axis + 1] += geometry.before[axis] + geometry.after[axis] }
    let steps = padded.strides
    var inside = Selection(padded)
    inside.sizes = images.dimensions
    inside.offset = (0..<axes).reduce(0) { $0 + geometry.before[$1] * steps[$1 + 1] }
    var windows = Selection()
    windows.sizes = [images[0]] + sizes + kernel + [images[-1]]
    windows.strides =
      [steps[0]] + (0..<axes).map { geometry.stride[$0] * steps[$0 + 1] }
      + (0..<axes).map { geometry.dilation[$0] * steps[$0 + 1] } + [1]
    (self.padded, self.inside, self.windows) = (padded, inside, windows)
  }

  func unfold(_ x: Tensor) -> Tensor {
    Kernel.copy(windows, of: padded == images ? x : Kernel.embed(x, at: inside, in: padded))
  }

  func fold(_ y: Tensor) -> Tensor {
    let sum = Tensor(zeros: padded, dtype: y.dtype)
    let kernel = Shape(windows.sizes[axes + 1...2 * axes])
    // The elements of the kernel one after the other: those of one don't overlap.
    var source = Selection(y.shape), target = windows
    for axis in (axes + 1...2 * axes).reversed() {
      source.drop(axis)
      target.drop(axis)
    }
    for element in 0..<kernel.elementCount {
      var (place, from, to) = (element, source, target)
      for axis in (0..<axes).reversed() {
        from.offset += place % kernel[axis] * y.shape.strides[axes + 1 + axis]
        to.offset += place % kernel[axis] * windows.strides[axes + 1 + axis]
        place /= kernel[axis]
      }
      Kernel.accumulate(Kernel.copy(from, of: y), to: to, of: sum)
    }
    return padded == images ? sum : Kernel.copy(inside, of: sum)
  }
}

extension Selection {
  fileprivate mutating func drop(_ axis: Int) {
    sizes.remove(at: axis)
    strides.remove(at: axis)
  }
}
