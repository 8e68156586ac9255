/// The gradients of a scalar with respect to every leaf (a module's parameter, say) that it was computed from.
///
/// They add up, which is how the gradient of a batch too large for memory is found from its parts:
///
/// ```swift
/// var gradients = Gradients()
/// for part in parts {
///   gradients += valueWithGradient { loss(part) / Double(parts.count) }.gradients
/// }
/// ```
public struct Gradients: Sendable {
  // In the order in which the leaves were first read, so that sums over them are always taken in one order.
  private var tensors: [Tensor] = []
  private var positions: [ObjectIdentifier: Int] = [:]
  // Held so that no identity is reused while its gradient is here.
  private var owners: [Owner] = []

  /// No gradients: what a sum starts from.
  public init() {}

  init(_ leaves: [(owner: AnyObject, gradient: Tensor?)]) {
    for case (let owner, let gradient?) in leaves { append(gradient, Owner(object: owner)) }
  }

  private mutating func append(_ gradient: Tensor, _ owner: Owner) {
    positions[ObjectIdentifier(owner.object)] = tensors.count
    tensors.append(gradient)
    owners.append(owner)
  }

  /// The gradient of a leaf; nil where the value does not depend on it.
  public subscript(owner: AnyObject) -> Tensor? { positions[ObjectIdentifier(owner)].map { tensors[$0] } }

  /// The number of leaves that received a gradient.
  public var count: Int { tensors.count }

  /// Adds the gradients of another value.
  public static func += (a: inout Gradients, b: Gradients) {
    for (gradient, owner) in zip(b.tensors, b.owners) {
      if let position = a.positions[ObjectIdentifier(owner.object)] {
        a.tensors[position].accumulate(gradient)
      } else {
        a.append(gradient, owner)
      }
    }
  }

  /// The Euclidean norm of all gradients taken as one vector.
  public var norm: Double {
    tensors.reduce(0) { sum, gradient in
      let norm = gradient.detached().norm().item
      return sum + norm * norm
    }.squareRoot()
  }

  /// Every gradient times a number.
  public func scaled(by factor: Double) -> Gradients { mapped { $0 * factor } }

  /// Scales all gradients so that their norm is at most `maximum`; returns the norm they had.
  @discardableResult
  public mutating func clip(toNorm maximum: Double) -> Double {
    let norm = norm
    // The small term is PyTorch's.
    let factor = maximum / (norm + 1e-6)
    if !(factor >= 1) { self = scaled(by: factor) }
    return norm
  }

  /// Holds every element of every gradient within ±`bound`.
  public mutating func clip(toValue bound: Double) {
    self = mapped { $0.clamp(min: -bound, max: bound) }
  }

  private func mapped(_ transform: (Tensor) -> Tensor) -> Gradients {
    var result = self
    for position in tensors.indices { result.tensors[position] = transform(tensors[position].detached()) }
    return result
  }
}

/// Keeps a leaf's owner alive; never reads it.
private final class Owner: @unchecked Sendable {
  let object: AnyObject
  init(object: AnyObject) { self.object = object }
}
