import Tensor

/// A model, or a part of one: a value whose stored properties hold parameters, in modules, arrays, dictionaries,
/// optionals, tuples or whatever else. They are found by reflection, each with its path (`encoder.0.conv1.weight`), so a
/// module declares nothing twice.
///
/// Training behaviour (batch statistics, dropout) is what happens inside a recording, `valueWithGradient { … }`, unless
/// `evaluating { … }` says otherwise. Outside, modules evaluate.
///
/// `print(module)` shows its parts.
public protocol Module: Sendable, CustomStringConvertible {}

/// A module that turns one tensor into another.
public protocol Layer: Module {
  /// The layer's output for an input.
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Module {
  /// Every parameter and buffer with its path, in the order of declaration, those of a dictionary in the order of its
  /// keys; a shared one under each of its paths.
  public var namedParameters: [(path: String, parameter: Parameter)] { ParameterSearch(in: self).found }

  /// The parameters (no buffers), each once.
  public var parameters: [Parameter] {
    var seen: Set<ObjectIdentifier> = []
    return namedParameters.map(\.parameter).filter {
      $0.role == .weight && seen.insert(ObjectIdentifier($0)).inserted
    }
  }

  /// The number of learned values, frozen or not.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }

  /// Keeps training from changing any parameter, as PyTorch's `requires_grad_(False)`. Norms still normalise by the batch
  /// and keep running statistics of it: a backbone that is to compute what it did stays so by `freeze()` and
  /// `freezeStatistics()`.
  public func freeze() { for parameter in parameters { parameter.isFrozen = true } }

  /// Undoes `freeze`.
  public func unfreeze() { for parameter in parameters { parameter.isFrozen = false } }

  /// Makes all norms take the running statistics that they have, and leave them alone, in training too, as `eval()` of
  /// PyTorch's norms; their scales and shifts still train. Any other buffer is frozen alike.
  public func freezeStatistics() { for buffer in buffers { buffer.isFrozen = true } }

  /// Undoes `freezeStatistics`.
  public func unfreezeStatistics() { for buffer in buffers { buffer.isFrozen = false } }

  private var buffers: [Parameter] { namedParameters.map(\.parameter).filter { $0.role == .buffer } }

  /// Turns the floating-point parameters and buffers to another element type, here and in every copy that shares them;
  /// returns this module. In `float64`, gradients can be checked; what an optimiser remembers follows at its next step.
  @discardableResult
  public func to(_ dtype: DType) -> Self {
    require(dtype.isFloatingPoint, "a module's parameters can't be \(dtype)")
    for (_, parameter) in namedParameters {
      parameter.update { if $0.dtype.isFloatingPoint { $0 = $0.to(dtype) } }
    }
    return self
  }

  /// Takes over the parameters and buffers of a module of the same architecture: their values, with the element type, and
  /// what is frozen.
  public func copyState(from other: Self) {
    for (own, source) in pairs(with: other, "copyState") {
      let value = source.value.detached()
      own.update { $0 = value }
      own.isFrozen = source.isFrozen
    }
  }

  /// Makes this module's parameters running averages of another's (Polyak & Juditsky 1992; the teacher of Tarvainen &
  /// Valpola 2017): `decay` times what they are plus 1 − `decay` times the other's. Buffers become the other's. To be called
  /// after each step: `let average = model.clone { Model() }`, then `average.updateAverage(of: model, decay: 0.999)`.
  public func updateAverage(of other: Self, decay: Double) {
    var seen: Set<ObjectIdentifier> = []
    for (own, source) in pairs(with: other, "updateAverage") where seen.insert(ObjectIdentifier(own)).inserted
    {
      let value = source.value.detached()
      own.update { mean in mean = own.role == .buffer ? value : mean * decay + value * (1 - decay) }
    }
  }

  /// The parameters and buffers of two modules of one architecture, path by path.
  private func pairs(with other: Self, _ operation: String) -> [(own: Parameter, other: Parameter)] {
    let (mine, theirs) = (namedParameters, other.namedParameters)
    require(
      mine.count == theirs.count,
      "\(operation): \(mine.count) parameters and buffers here, \(theirs.count) there")
    for (a, b) in zip(mine, theirs) {
      require(
        a.path == b.path && a.parameter.shape == b.parameter.shape,
        "\(operation): \(a.path) \(a.parameter.shape) here, \(b.path) \(b.parameter.shape) there")
    }
    return zip(mine, theirs).map { ($0.parameter, $1.parameter) }
  }

  /// A copy with parameters of its own. Copying the value alone shares them; so the caller says how such a module is
  /// made: `let teacher = student.clone { UNet2d(inputs: 3, widths: [16, 32]) }`. The random numbers that this draws are
  /// its own: those that follow are as without it.
  public func clone(_ make: () throws -> Self) rethrows -> Self {
    let copy = try withRandomSeed(0, make)
    copy.copyState(from: self)
    return copy
  }
}
