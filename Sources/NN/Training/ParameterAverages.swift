import Tensor

/// Running averages of a module's parameters beside them (Polyak & Juditsky 1992).
struct ParameterAverages {
  private let parameters: [(path: String, parameter: Parameter)]
  private var values: [Tensor]
  private let decay: Double

  init(of module: any Module, decay: Double) {
    var seen: Set<ObjectIdentifier> = []
    parameters = module.namedParameters.filter {
      $0.parameter.role == .weight && seen.insert(ObjectIdentifier($0.parameter)).inserted
    }
    values = parameters.map { $0.parameter.value.detached() }
    self.decay = decay
  }

  mutating func update() {
    for (index, named) in parameters.enumerated() {
      // So that what stays as it is keeps its bits.
      values[index] = values[index] + (named.parameter.value.detached() - values[index]) * (1 - decay)
    }
  }

  /// Exchanges the averages with the parameters.
  mutating func swap() {
    for (index, named) in parameters.enumerated() {
      let value = named.parameter.value.detached()
      named.parameter.value = values[index]
      values[index] = value
    }
  }

  var stateDict: SafeTensors {
    SafeTensors(tensors: Dictionary(uniqueKeysWithValues: zip(parameters.map(\.path), values)))
  }

  mutating func load(_ state: SafeTensors, named name: String) throws {
    let missing = parameters.map(\.path).filter { state[$0] == nil }
    let misshapen = zip(parameters, values).compactMap { named, value in
      state[named.path].flatMap {
        $0.shape == value.shape ? nil : "\(named.path) \($0.shape) instead of \(value.shape)"
      }
    }
    guard missing.isEmpty, misshapen.isEmpty else {
      throw CheckpointError.mismatch(
        file: name, missing: missing.map { "average.\($0)" }, unexpected: [], misshapen: misshapen)
    }
    values = parameters.map { state[$0.path]! }
  }
}

extension ParameterAverages? {
  /// Runs `body` while the parameters are their averages.
  mutating func swapped<Result>(_ body: () throws -> Result) rethrows -> Result {
    self?.swap()
    defer { self?.swap() }
    return try body()
  }
}
