import Tensor

/// Layers one after another.
public struct Sequential: Layer, CustomReflectable {
  /// The layers, in order.
  public let layers: [any Layer]

  /// The layers, in order.
  public init(_ layers: any Layer...) { self.layers = layers }
  /// The layers, in order.
  public init(_ layers: [any Layer]) { self.layers = layers }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    layers.reduce(x) { x, layer in layer(x) }
  }

  /// The layers by number, so that paths read `0.weight` as in PyTorch.
  public var customMirror: Mirror {
    Mirror(self, children: layers.enumerated().map { (label: String($0), value: $1) })
  }
}

/// A function as a layer: `Function { $0.sigmoid() }`.
public struct Function: Layer {
  private let body: @Sendable (Tensor) -> Tensor

  /// A layer without parameters.
  public init(_ body: @escaping @Sendable (Tensor) -> Tensor) { self.body = body }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { body(x) }
}

/// max(x, 0).
public struct ReLU: Layer {
  /// A layer without parameters.
  public init() {}

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.relu() }
}

/// In a recording, drops each value with probability `rate` and enlarges the rest, so that the mean stays; outside,
/// changes nothing.
public struct Dropout: Layer {
  /// The probability to drop a value.
  public let rate: Double

  /// Drops half of the values unless told otherwise.
  public init(_ rate: Double = 0.5) {
    precondition(rate >= 0 && rate < 1, "a dropout rate lies in [0, 1): \(rate)")
    self.rate = rate
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard Tensor.isRecording && rate > 0 else { return x }
    return x * (Tensor(bernoulli: x.shape, probability: 1 - rate, dtype: x.dtype) / (1 - rate))
  }
}

/// The largest value of each window of images `[N, H, W, C]`.
public struct MaxPool2d: Layer {
  private let kernel: PerAxis, stride: PerAxis?, padding: Padding

  /// The stride is the kernel unless given.
  public init(_ kernel: PerAxis, stride: PerAxis? = nil, padding: Padding = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.maxPool2d(kernel, stride: stride, padding: padding)
  }
}

/// The largest value of each window of volumes `[N, T, H, W, C]`.
public struct MaxPool3d: Layer {
  private let kernel: PerAxis, stride: PerAxis?, padding: Padding

  /// The stride is the kernel unless given.
  public init(_ kernel: PerAxis, stride: PerAxis? = nil, padding: Padding = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.maxPool3d(kernel, stride: stride, padding: padding)
  }
}

/// The mean of each window of images `[N, H, W, C]`.
public struct AveragePool2d: Layer {
  private let kernel: PerAxis, stride: PerAxis?, padding: Padding

  /// The stride is the kernel unless given.
  public init(_ kernel: PerAxis, stride: PerAxis? = nil, padding: Padding = 0) {
    (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.averagePool2d(kernel, stride: stride, padding: padding)
  }
}

/// Images `[N, H, W, C]` enlarged by a whole factor.
public struct Upsample2d: Layer {
  private let factor: Int, interpolation: Interpolation, alignCorners: Bool

  /// Doubles, bilinearly, unless told otherwise.
  public init(by factor: Int = 2, _ interpolation: Interpolation = .linear, alignCorners: Bool = false) {
    (self.factor, self.interpolation, self.alignCorners) = (factor, interpolation, alignCorners)
  }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.upsampled2d(by: factor, interpolation, alignCorners: alignCorners)
  }
}
