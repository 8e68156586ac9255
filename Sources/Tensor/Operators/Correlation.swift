// A template slid over an image, as Siamese trackers match them. One template for all images stands in for one each.
extension Tensor {
  /// The inner product of a template `[N, h, w, C]` with every position of images `[N, H, W, C]`; returns
  /// `[N, H − h + 1, W − w + 1, 1]` unless padded (SiamFC).
  public func crossCorrelation(_ template: Tensor, padding: any Padding = 0) -> Tensor {
    checkTemplate(template, "crossCorrelation")
    if template.shape[0] == 1 {
      return conv2d(template.reshape(Shape(template.shape.dropFirst() + [1])), padding: padding)
    }
    return conv2d(perSample: template.expandingAxis(-1), padding: padding)
  }

  /// The inner product of a template `[N, h, w, C]` with every position of images `[N, H, W, C]`, channel by channel;
  /// returns `[N, H − h + 1, W − w + 1, C]` unless padded (SiamRPN++).
  public func depthwiseCorrelation(_ template: Tensor, padding: any Padding = 0) -> Tensor {
    checkTemplate(template, "depthwiseCorrelation")
    if template.shape[0] == 1 {
      return conv2d(template.squeezed(axis: 0).expandingAxis(-2), padding: padding, groups: shape[-1])
    }
    return conv2d(perSample: template.expandingAxis(-2), padding: padding, groups: shape[-1])
  }

  private func checkTemplate(_ template: Tensor, _ name: String) {
    require(
      rank == 4 && template.rank == 4 && template.shape[-1] == shape[-1]
        && (template.shape[0] == 1 || template.shape[0] == shape[0]),
      "\(name): a template of shape \(template.shape) for images of shape \(shape)")
  }
}
