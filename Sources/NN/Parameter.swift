import Synchronization
import Tensor

/// A tensor that training changes: the one mutable cell in a model, shared by all copies of the module that holds it.
///
/// Read inside `valueWithGradient { … }`, a trainable parameter is a leaf of the recording, and the gradients
/// returned are looked up by it: `gradients[parameter]`.
public final class Parameter: Sendable {
  /// What the optimiser and the checkpoint make of it.
  public enum Role: Sendable {
    /// Learned.
    case weight
    /// State that is saved but not learned, such as running statistics.
    case buffer
  }

  /// How the elements are ordered in a checkpoint, which follows PyTorch.
  public enum Layout: Sendable {
    /// As they are here.
    case plain
    /// A filter: `[kernel…, in, out]` here, `[out, in, kernel…]` there.
    case filter
  }

  /// Learned, or only saved.
  public let role: Role
  /// The order of the elements in a checkpoint.
  public let layout: Layout
  /// The name in checkpoints, where it differs from the property's.
  public let name: String?
  private let state: Mutex<(value: Tensor, isFrozen: Bool)>

  /// A parameter that starts from `value`.
  public init(_ value: Tensor, role: Role = .weight, layout: Layout = .plain, name: String? = nil) {
    (self.role, self.layout, self.name) = (role, layout, name)
    state = Mutex((value.detached(), false))
  }

  /// The tensor. Setting it replaces the values; the shape and element type stay.
  public var value: Tensor {
    get {
      let (value, isFrozen) = state.withLock { $0 }
      return role == .weight && !isFrozen ? value.leaf(of: self) : value
    }
    set {
      update { value in
        require(
          value.shape == newValue.shape && value.dtype == newValue.dtype,
          "a parameter of \(value.dtype) \(value.shape) set to \(newValue.dtype) \(newValue.shape)")
        value = newValue.detached()
      }
    }
  }

  /// Whether training leaves it alone. Of a weight no gradient is found then, and the optimiser passes over it; a norm whose
  /// buffers are frozen takes them as they are.
  public var isFrozen: Bool {
    get { state.withLock { $0.isFrozen } }
    set { state.withLock { $0.isFrozen = newValue } }
  }

  /// Whether training changes it.
  public var isTrainable: Bool { role == .weight && !isFrozen }

  /// The shape of the tensor.
  public var shape: Shape { state.withLock { $0.value.shape } }

  /// Changes the value in place.
  public func update(_ body: (inout Tensor) -> Void) {
    state.withLock { state in
      body(&state.value)
      state.value = state.value.detached()
    }
  }
}
