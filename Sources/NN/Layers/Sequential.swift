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
    var (y, rest) = (x, layers[...])
    while let layer = rest.popFirst() {
      if let norm = rest.first as? BatchNorm {
        y = norm(y, after: layer)
        rest.removeFirst()
      } else {
        y = layer(y)
      }
    }
    return y
  }

  /// The layers by number, so that paths read `0.weight` as in PyTorch.
  public var customMirror: Mirror {
    Mirror(self, children: layers.enumerated().map { (label: String($0), value: $1) })
  }
}

/// Its input as it is.
public struct Identity: Layer {
  /// A layer without parameters.
  public init() {}

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x }
}

/// All axes from one on joined: `[N, H, W, C]` → `[N, H·W·C]`.
public struct Flatten: Layer {
  private let axis: Int

  /// Keeps the samples apart unless told otherwise.
  public init(from axis: Int = 1) { self.axis = axis }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.flattened(from: axis) }
}

/// A function as a layer: `Lambda { $0.hardSwish() }`. So everything without parameters, such as `PixelShuffle`, takes its
/// place in a `Sequential`; <doc:ModulesAndParameters> has a list.
public struct Lambda: Layer {
  private let body: @Sendable (Tensor) -> Tensor

  /// A layer without parameters.
  public init(_ body: @escaping @Sendable (Tensor) -> Tensor) { self.body = body }

  /// The output for an input.
  public func callAsFunction(_ x: Tensor) -> Tensor { body(x) }
}
