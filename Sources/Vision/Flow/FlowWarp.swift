import Tensor

extension Image {
  /// What the image that the flow starts from shows, if this is the one it leads to: `warped(p) = self(p + flow(p))`,
  /// bilinear, the edge repeated outside. Values `[N, H, W, C]` have `Tensor.warped(by:)`.
  public func warped(by flow: FlowField) -> Image {
    flow.requireSameSize(width, height, "warped")
    let warped = tensor().expandingAxis(0).warped(by: flow.tensor().expandingAxis(0))
    return Image(warped.squeezed(axis: 0))
  }
}

extension FlowField {
  /// The pixels that are seen at this flow's start and hidden at its end, by the flow `backward` the other way: there
  /// the two do not undo each other, ‖f(p) + b(p + f(p))‖² > 0.01 (‖f‖² + ‖b‖²) + 0.5 (Sundaram et al., ECCV 2010,
  /// Eq. 5), or the pixel leaves the image.
  public func occlusions(against backward: FlowField) -> Mask {
    requireSameSize(backward.width, backward.height, "occlusions")
    let returned = FlowField(
      backward.tensor().expandingAxis(0).warped(by: tensor().expandingAxis(0)).squeezed(axis: 0))
    let values = (0..<width * height).map { pixel in
      let (there, back) = (vector(pixel), returned.vector(pixel))
      let end = SIMD2(Float(pixel % width), Float(pixel / width)) + there
      let leaves = end.min() < 0 || end.x > Float(width - 1) || end.y > Float(height - 1)
      let sum = there + back
      let bound = 0.01 * ((there * there).sum() + (back * back).sum()) + 0.5
      return UInt8(leaves || (sum * sum).sum() > bound ? 1 : 0)
    }
    return Mask(height: height, width: width, values: values)
  }
}
