@testable import Tensor

/// Options of a convolution, kept together for tables of cases.
extension Window {
  init(
    stride: any PerAxis = 1, padding: any Padding = 0, dilation: any PerAxis = 1, groups: Int = 1
  ) {
    self.init(stride, padding, dilation, groups: groups)
  }
}

extension Tensor {
  func conv1d(_ filter: Tensor, bias: Tensor? = nil, window: Window, relu: Bool = false) -> Tensor {
    conv1d(
      filter, bias: bias, stride: window.stride, padding: window.padding, dilation: window.dilation,
      groups: window.groups, relu: relu)
  }

  func conv2d(_ filter: Tensor, bias: Tensor? = nil, window: Window, relu: Bool = false) -> Tensor {
    conv2d(
      filter, bias: bias, stride: window.stride, padding: window.padding, dilation: window.dilation,
      groups: window.groups, relu: relu)
  }

  func conv3d(_ filter: Tensor, bias: Tensor? = nil, window: Window, relu: Bool = false) -> Tensor {
    conv3d(
      filter, bias: bias, stride: window.stride, padding: window.padding, dilation: window.dilation,
      groups: window.groups, relu: relu)
  }

  func convTranspose1d(
    _ filter: Tensor, bias: Tensor? = nil, window: Window, outputPadding: any PerAxis = 0
  ) -> Tensor {
    convTranspose1d(
      filter, bias: bias, stride: window.stride, padding: window.padding, outputPadding: outputPadding,
      dilation: window.dilation, groups: window.groups)
  }

  func convTranspose2d(
    _ filter: Tensor, bias: Tensor? = nil, window: Window, outputPadding: any PerAxis = 0
  ) -> Tensor {
    convTranspose2d(
      filter, bias: bias, stride: window.stride, padding: window.padding, outputPadding: outputPadding,
      dilation: window.dilation, groups: window.groups)
  }

  func convTranspose3d(
    _ filter: Tensor, bias: Tensor? = nil, window: Window, outputPadding: any PerAxis = 0
  ) -> Tensor {
    convTranspose3d(
      filter, bias: bias, stride: window.stride, padding: window.padding, outputPadding: outputPadding,
      dilation: window.dilation, groups: window.groups)
  }

  func conv2d(perSample filter: Tensor, window: Window) -> Tensor {
    conv2d(
      perSample: filter, stride: window.stride, padding: window.padding, dilation: window.dilation,
      groups: window.groups)
  }

  func conv3d(perSample filter: Tensor, window: Window) -> Tensor {
    conv3d(
      perSample: filter, stride: window.stride, padding: window.padding, dilation: window.dilation,
      groups: window.groups)
  }

  func convTranspose2d(
    perSample filter: Tensor, window: Window, outputPadding: any PerAxis = 0
  ) -> Tensor {
    convTranspose2d(
      perSample: filter, stride: window.stride, padding: window.padding, outputPadding: outputPadding,
      dilation: window.dilation, groups: window.groups)
  }

  func convTranspose3d(
    perSample filter: Tensor, window: Window, outputPadding: any PerAxis = 0
  ) -> Tensor {
    convTranspose3d(
      perSample: filter, stride: window.stride, padding: window.padding, outputPadding: outputPadding,
      dilation: window.dilation, groups: window.groups)
  }

  func convFilterTranspose2d(perSample residual: Tensor, kernel: any PerAxis, window: Window) -> Tensor {
    convFilterTranspose2d(
      perSample: residual, kernel: kernel, stride: window.stride, padding: window.padding,
      dilation: window.dilation, groups: window.groups)
  }

  func convFilterTranspose3d(perSample residual: Tensor, kernel: any PerAxis, window: Window) -> Tensor {
    convFilterTranspose3d(
      perSample: residual, kernel: kernel, stride: window.stride, padding: window.padding,
      dilation: window.dilation, groups: window.groups)
  }

  func deformableConv2d(_ filter: Tensor, offsets: Tensor, mask: Tensor?, window: Window) -> Tensor {
    deformableConv2d(
      filter, offsets: offsets, mask: mask, stride: window.stride, padding: window.padding,
      dilation: window.dilation, groups: window.groups)
  }
}
