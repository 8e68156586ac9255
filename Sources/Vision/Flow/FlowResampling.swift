import Tensor

extension FlowField {
  /// The field between the same two images at another size: displacements are scaled with them. Those between known and
  /// unknown ones are as the nearest.
  public func resized(height: Int, width: Int) -> FlowField {
    if height == self.height && width == self.width { return self }
    let scale = Tensor([Float(width) / Float(self.width), Float(height) / Float(self.height)], shape: [2])
    let resized = tensor().expandingAxis(0).resized2d(
      height: height, width: width, interpolation: known == nil ? .area : .nearestExact)
    let vectors = (resized.squeezed(axis: 0) * scale).array(of: Float.self)
    return FlowField(
      height: height, width: width, vectors: vectors, known: known?.resized(height: height, width: width))
  }
}
