import Tensor

/// A model, or a part of one: a value whose stored properties are parameters, modules, and arrays, dictionaries
/// or optionals of them. They are found by reflection, each with its path (`encoder.0.conv1.weight`), so a module
/// declares nothing twice.
///
/// Training behaviour (batch statistics, dropout) is what happens inside a recording: `valueWithGradient { … }`.
/// Outside, modules evaluate. A batch norm whose parameters are frozen evaluates everywhere.
public protocol Module: Sendable {}

/// A module that turns one tensor into another.
public protocol Layer: Module {
  /// The layer's output for an input.
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Module {
  /// Every parameter and buffer with its path, in the order of declaration; a shared one under each of its paths.
  public var namedParameters: [(path: String, parameter: Parameter)] {
    var found: [(String, Parameter)] = []
    collectParameters(of: self, path: "", into: &found)
    return found
  }

  /// The parameters (no buffers), each once.
  public var parameters: [Parameter] {
    var seen: Set<ObjectIdentifier> = []
    return namedParameters.map(\.parameter).filter {
      $0.role == .weight && seen.insert(ObjectIdentifier($0)).inserted
    }
  }

  /// The number of learned values, frozen or not.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }

  /// Keeps training from changing any parameter, and batch norms from gathering statistics.
  public func freeze() { for parameter in parameters { parameter.isFrozen = true } }

  /// Undoes `freeze`.
  public func unfreeze() { for parameter in parameters { parameter.isFrozen = false } }

  /// Takes over the parameters and buffers of a module of the same architecture.
  public func copyState(from other: Self) {
    let mine = namedParameters, theirs = other.namedParameters
    require(
      mine.map(\.path) == theirs.map(\.path), "copyState: the two modules hold different parameters")
    for (own, source) in zip(mine, theirs) {
      own.parameter.value = source.parameter.value.detached()
      own.parameter.isFrozen = source.parameter.isFrozen
    }
  }

  /// Makes this module's parameters running averages of another's (Polyak & Juditsky 1992; the teacher of Tarvainen &
  /// Valpola 2017): `decay` times what they are plus 1 − `decay` times the other's. Buffers become the other's. To be called
  /// after each step: `let average = model.clone { Model() }`, then `average.updateAverage(of: model, decay: 0.999)`.
  public func updateAverage(of other: Self, decay: Double) {
    let mine = namedParameters, theirs = other.namedParameters
    require(
      mine.map(\.path) == theirs.map(\.path), "updateAverage: the two modules hold different parameters")
    var seen: Set<ObjectIdentifier> = []
    for (own, source) in zip(mine, theirs) where seen.insert(ObjectIdentifier(own.parameter)).inserted {
      let value = source.parameter.value.detached()
      own.parameter.update { mean in
        mean = own.parameter.role == .buffer ? value : mean * decay + value * (1 - decay)
      }
    }
  }

  /// A copy with parameters of its own. Copying the value alone shares them; so the caller says how such a module is
  /// made: `let teacher = student.clone { UNet2d(inputs: 3, widths: [16, 32]) }`.
  public func clone(_ make: () throws -> Self) rethrows -> Self {
    let copy = try make()
    copy.copyState(from: self)
    return copy
  }
}

private func collectParameters(of value: Any, path: String, into found: inout [(String, Parameter)]) {
  let mirror = Mirror(reflecting: value)
  if mirror.displayStyle == .optional {
    if let wrapped = mirror.children.first { collect(wrapped.value, path: path, into: &found) }
    return
  }
  for (index, child) in mirror.children.enumerated() {
    if mirror.displayStyle == .dictionary {
      let entry = Mirror(reflecting: child.value).children.map(\.value)
      collect(entry[1], path: join(path, "\(entry[0])"), into: &found)
    } else {
      collect(child.value, path: join(path, child.label ?? String(index)), into: &found)
    }
  }
}

private func collect(_ value: Any, path: String, into found: inout [(String, Parameter)]) {
  if let parameter = value as? Parameter {
    let parent = path.split(separator: ".").dropLast().joined(separator: ".")
    found.append((parameter.name.map { join(parent, $0) } ?? path, parameter))
    return
  }
  let style = Mirror(reflecting: value).displayStyle
  if value is any Module || style == .optional || style == .collection || style == .dictionary {
    collectParameters(of: value, path: path, into: &found)
  }
}

private func join(_ path: String, _ name: String) -> String {
  path.isEmpty ? name : name.isEmpty ? path : path + "." + name
}
