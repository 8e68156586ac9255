import Tensor

extension Optimizer {
  /// Everything a run needs to resume bit for bit, beside the parameters: the groups' learning rates
  /// (`groups.0.learning_rate`), and what is remembered of each parameter, under its path in the module
  /// (`state.encoder.0.weight.exp_avg`, named as in PyTorch). All parameters must be the module's; that of several
  /// networks is one that holds them.
  public func state(of module: some Module) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (index, group) in groups.enumerated() {
      result[rateKey(index)] = Tensor(group.learningRate, dtype: .float64)
    }
    for (path, parameter) in namedParameters(in: module) {
      guard let history = histories[ObjectIdentifier(parameter)] else { continue }
      let prefix = "state.\(path)."
      result[prefix + "step"] = Tensor(Double(history.steps), dtype: .int32)
      for (name, tensor) in history.tensors { result[prefix + name] = tensor }
    }
    return result
  }

  /// Takes over such a state, of an optimiser of the same module and groups; `name` is what an error calls it. Throws a
  /// `CheckpointError`, and then has changed nothing.
  public func load(
    state: [String: Tensor], of module: some Module, named name: String = "optimizer state"
  ) throws {
    var left = state
    var missing: [String] = []
    var misshapen: [String] = []
    func take(_ key: String, _ shape: Shape) -> Tensor? {
      guard let tensor = left.removeValue(forKey: key) else {
        missing.append(key)
        return nil
      }
      if tensor.shape == shape { return tensor }
      misshapen.append("\(key) \(tensor.shape) instead of \(shape)")
      return nil
    }
    let rates = groups.indices.map { take(rateKey($0), [])?.item }
    let keys = Dictionary(grouping: state.keys) { key in
      String(key.prefix(upTo: key.lastIndex(of: ".") ?? key.startIndex))
    }
    var loaded: [ObjectIdentifier: ParameterHistory] = [:]
    for (path, parameter) in namedParameters(in: module) {
      let prefix = "state.\(path)"
      guard let keys = keys[prefix] else { continue }
      var history = ParameterHistory()
      if let steps = take(prefix + ".step", [])?.item {
        if Int(exactly: steps) == nil { misshapen.append("\(prefix).step \(steps)") }
        history.steps = Int(exactly: steps) ?? 0
      }
      for key in keys.sorted() where key != prefix + ".step" {
        history.tensors[String(key.dropFirst(prefix.count + 1))] =
          take(key, parameter.shape)?.to(parameter.value.dtype)
      }
      loaded[ObjectIdentifier(parameter)] = history
    }
    guard missing.isEmpty, misshapen.isEmpty, left.isEmpty else {
      throw CheckpointError.mismatch(
        file: name, missing: missing, unexpected: left.keys.sorted(), misshapen: misshapen)
    }
    for (index, rate) in rates.enumerated() { groups[index].learningRate = rate! }
    histories = loaded
  }

  private func rateKey(_ group: Int) -> String { "groups.\(group).learning_rate" }

  /// The groups' parameters, each with its (first) path in the module.
  private func namedParameters(in module: some Module) -> [(path: String, parameter: Parameter)] {
    let paths = Dictionary(
      module.namedParameters.map { (ObjectIdentifier($0.parameter), $0.path) },
      uniquingKeysWith: { first, _ in first })
    return groups.enumerated().flatMap { index, group in
      group.parameters.enumerated().map { position, parameter in
        guard let path = paths[ObjectIdentifier(parameter)] else {
          fatalError(
            "the optimiser's parameter \(position) of group \(index), of shape \(parameter.shape), is none of "
              + "\(type(of: module))")
        }
        return (path, parameter)
      }
    }
  }
}
