extension Tensor {
  /// Values `[N, H', W', C]` put back to where `maxPool2dWithIndices` found them, 0 elsewhere: `[N, height, width, C]`.
  public func maxUnpool2d(_ indices: Tensor, height: Int, width: Int) -> Tensor {
    maxUnpool(indices, [height, width], "maxUnpool2d")
  }

  /// Values `[N, T', H', W', C]` put back to where `maxPool3dWithIndices` found them, 0 elsewhere:
  /// `[N, time, height, width, C]`.
  public func maxUnpool3d(_ indices: Tensor, time: Int, height: Int, width: Int) -> Tensor {
    maxUnpool(indices, [time, height, width], "maxUnpool3d")
  }

  private func maxUnpool(_ indices: Tensor, _ sizes: [Int], _ operation: String) -> Tensor {
    require(
      rank == sizes.count + 2 && indices.shape == shape,
      "\(operation): indices \(indices.shape) of values \(shape)")
    let (samples, channels) = (shape[0], shape[-1])
    let rows: Shape = [samples, shape.dropFirst().dropLast().reduce(1, *), channels]
    return Tensor(zeros: [samples, sizes.reduce(1, *), channels], dtype: dtype)
      .scatter(reshape(rows), elementsAt: indices.reshape(rows), axis: 1)
      .reshape(Shape([samples] + sizes + [channels]))
  }
}
