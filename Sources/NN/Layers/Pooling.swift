import Tensor

/// The largest value of each window of images `[N, H, W, C]`.
public struct MaxPool2d: Layer {
  private let kernel: any PerAxis, stride: (any PerAxis)?, padding: any Padding

  /// The stride is the kernel unless given.
  public init(_ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.maxPool2d(kernel, stride: stride, padding: padding)
  }
}

/// The largest value of each window of volumes `[N, T, H, W, C]`.
public struct MaxPool3d: Layer {
  private let kernel: any PerAxis, stride: (any PerAxis)?, padding: any Padding

  /// The stride is the kernel unless given.
  public init(_ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.maxPool3d(kernel, stride: stride, padding: padding)
  }
}

/// The mean of each window of images `[N, H, W, C]`.
public struct AveragePool2d: Layer {
  private let kernel: any PerAxis, stride: (any PerAxis)?, padding: any Padding

  /// The stride is the kernel unless given.
  public init(_ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.averagePool2d(kernel, stride: stride, padding: padding)
  }
}

/// The mean of each window of volumes `[N, T, H, W, C]`.
public struct AveragePool3d: Layer {
  private let kernel: any PerAxis, stride: (any PerAxis)?, padding: any Padding

  /// The stride is the kernel unless given.
  public init(_ kernel: any PerAxis, stride: (any PerAxis)? = nil, padding: any Padding = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.averagePool3d(kernel, stride: stride, padding: padding)
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
