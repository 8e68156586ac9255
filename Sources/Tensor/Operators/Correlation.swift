// A template slid over an image, as Siamese trackers match them. One template for all images stands in for one each.
extension Tensor {
  /// The inner product of a template `[N, h, w, C]` with every position of images `[N, H, W, C]`; returns
  /// `[N, H − h + 1, W − w + 1, 1]` unless the window pads (SiamFC).
  public func crossCorrelation(_ template: Tensor, window: Window = Window()) -> Tensor {
    checkTemplate(template, "crossCorrelation")
    if template.shape[0] == 1 {
      return conv2d(template.reshape(to: Shape(template.shape.dropFirst() + [1])), window: window)
    }
    return conv2d(perSample: template.expandingAxis(-1), window: window)
  }

  /// The inner product of a template `[N, h, w, C]` with every position of images `[N, H, W, C]`, channel by channel;
  /// returns `[N, H − h + 1, W − w + 1, C]` unless the window pads (SiamRPN++).
  public func depthwiseCorrelation(_ template: Tensor, window: Window = Window()) -> Tensor {
    checkTemplate(template, "depthwiseCorrelation")
    var window = window
    window.groups = shape[-1]
    if template.shape[0] == 1 {
      return conv2d(template.squeezed(0).expandingAxis(-2), window: window)
    }
    return conv2d(perSample: template.expandingAxis(-2), window: window)
  }

  private func checkTemplate(_ template: Tensor, _ name: String) {
    require(
      rank == 4 && template.rank == 4 && template.shape[-1] == shape[-1]
        && (template.shape[0] == 1 || template.shape[0] == shape[0]),
      "\(name): a template of shape \(template.shape) for images of shape \(shape)")
  }
}
