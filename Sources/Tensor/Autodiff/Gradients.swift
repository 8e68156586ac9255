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
///
/// Gradients from elsewhere, such as the mean over several processes, go back in by `map`, by the subscript, or as pairs:
/// `Gradients(zip(model.parameters, means))`.
public struct Gradients: Sendable {
  /// What a gradient belongs to.
  public typealias Owner = AnyObject & Sendable

  // In the order in which the leaves were first read, so that sums over them are always taken in one order.
  private var tensors: [Tensor] = []
  // Held so that no identity is reused while its gradient is here.
  private var owners: [any Owner] = []
  private var positions: [ObjectIdentifier: Int] = [:]

  /// No gradients: what a sum starts from.
  public init() {}

  /// The gradients of some leaves; of one that comes twice, the last.
  public init<Leaf: Owner>(_ pairs: some Sequence<(Leaf, Tensor)>) {
    for (owner, gradient) in pairs { self[owner] = gradient }
  }

  init(leaves: [(owner: any Owner, gradient: Tensor?)]) {
    for (owner, gradient) in leaves { self[owner] = gradient }
  }

  /// The gradient of a leaf; nil where the value does not depend on it.
  public subscript(owner: any Owner) -> Tensor? {
    get { positions[ObjectIdentifier(owner)].map { tensors[$0] } }
    set {
      switch (positions[ObjectIdentifier(owner)], newValue) {
      case (let position?, let gradient?): tensors[position] = gradient
      case (nil, let gradient?):
        positions[ObjectIdentifier(owner)] = tensors.count
        tensors.append(gradient)
        owners.append(owner)
      case (let position?, nil):
        tensors.remove(at: position)
        owners.remove(at: position)
        positions = [:]
        for (position, owner) in owners.enumerated() { positions[ObjectIdentifier(owner)] = position }
      case (nil, nil): break
      }
    }
  }

  /// The leaves that received a gradient, in the order in which they were first read.
  public var leaves: [any Owner] { owners }

  /// The number of leaves that received a gradient.
  public var count: Int { tensors.count }

  /// Adds the gradients of another value.
  public static func += (a: inout Gradients, b: Gradients) {
    for (gradient, owner) in zip(b.tensors, b.owners) {
      if let position = a.positions[ObjectIdentifier(owner)] {
        // In place, unless a recording is to know of it.
        if Tensor.isRecording {
          a.tensors[position] += gradient
        } else {
          a.tensors[position].accumulate(gradient)
        }
      } else {
        a[owner] = gradient
      }
    }
  }

  /// The Euclidean norm of all gradients taken as one vector. A number, and so a constant to a recording around.
  public var norm: Double {
    tensors.reduce(0) { sum, gradient in
      let norm = gradient.detached().norm().item
      return sum + norm * norm
    }.squareRoot()
  }

  /// Every gradient times a number.
  public func scaled(by factor: Double) -> Gradients { map { $0 * factor } }

  /// Each gradient as a function makes it anew, of the same leaf.
  public func map(_ transform: (Tensor) throws -> Tensor) rethrows -> Gradients {
    var result = self
    for position in tensors.indices { result.tensors[position] = try transform(tensors[position]) }
    return result
  }

  /// Scales all gradients so that their norm is at most `maximum`; returns the norm they had. To a recording around the
  /// scale is a constant.
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
    self = map { $0.clamp(min: -bound, max: bound) }
  }
}
