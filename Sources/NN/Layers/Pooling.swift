import Tensor

/// The largest value of each window of sequences `[N, L, C]`.
public typealias MaxPool1d = MaxPool<1>
/// The largest value of each window of images `[N, H, W, C]`.
public typealias MaxPool2d = MaxPool<2>
/// The largest value of each window of volumes `[N, T, H, W, C]`.
public typealias MaxPool3d = MaxPool<3>

/// The largest value of each window over some spatial axes: ``MaxPool1d``, ``MaxPool2d`` or ``MaxPool3d``.
public struct MaxPool<let axes: Int>: Layer {
  private let kernel: any PerAxis, stride: (any PerAxis)?, padding: any Padding
  private let dilation: any PerAxis, ceilMode: Bool

  /// The stride is the kernel unless given.
  public init(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, dilation: any PerAxis = 1,
    ceilMode: Bool = false
  ) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    (self.dilation, self.ceilMode) = (dilation, ceilMode)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch axes {
    case 1: x.maxPool1d(kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    case 2: x.maxPool2d(kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    default: x.maxPool3d(kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
    }
  }
}

/// The mean of each window of sequences `[N, L, C]`.
public typealias AveragePool1d = AveragePool<1>
/// The mean of each window of images `[N, H, W, C]`.
public typealias AveragePool2d = AveragePool<2>
/// The mean of each window of volumes `[N, T, H, W, C]`.
public typealias AveragePool3d = AveragePool<3>

/// The mean of each window over some spatial axes: ``AveragePool1d``, ``AveragePool2d`` or ``AveragePool3d``.
public struct AveragePool<let axes: Int>: Layer {
  private let kernel: any PerAxis, stride: (any PerAxis)?, padding: any Padding
  private let ceilMode: Bool, includesPadding: Bool

  /// The stride is the kernel unless given; padded zeros count as values unless told otherwise.
  public init(
    _ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0, ceilMode: Bool = false,
    includesPadding: Bool = true
  ) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    (self.ceilMode, self.includesPadding) = (ceilMode, includesPadding)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch axes {
    case 1:
      x.averagePool1d(
        kernel, stride: stride, padding: padding, ceilMode: ceilMode, includesPadding: includesPadding)
    case 2:
      x.averagePool2d(
        kernel, stride: stride, padding: padding, ceilMode: ceilMode, includesPadding: includesPadding)
    default:
      x.averagePool3d(
        kernel, stride: stride, padding: padding, ceilMode: ceilMode, includesPadding: includesPadding)
    }
  }
}

/// The means of images `[N, H, W, C]` of any size, shared out to one height and width.
public struct AdaptiveAveragePool2d: Layer {
  private let height: Int, width: Int

  /// Global unless told otherwise.
  public init(height: Int = 1, width: Int = 1) { (self.height, self.width) = (height, width) }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.adaptiveAveragePool2d(height: height, width: width) }
}

/// The largest values of images `[N, H, W, C]` of any size, shared out to one height and width.
public struct AdaptiveMaxPool2d: Layer {
  private let height: Int, width: Int

  /// Global unless told otherwise.
  public init(height: Int = 1, width: Int = 1) { (self.height, self.width) = (height, width) }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.adaptiveMaxPool2d(height: height, width: width) }
}
