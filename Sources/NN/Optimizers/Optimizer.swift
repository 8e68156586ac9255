import Tensor

/// Parameters that are trained alike.
public struct ParameterGroup: Sendable {
  /// The parameters, each in one group only.
  public var parameters: [Parameter]
  /// The size of a step.
  public var learningRate: Double
  /// How strongly values are drawn towards 0.
  public var weightDecay: Double

  /// A group of parameters.
  public init(_ parameters: [Parameter], learningRate: Double, weightDecay: Double = 0) {
    (self.parameters, self.learningRate, self.weightDecay) = (parameters, learningRate, weightDecay)
  }
}

/// What an optimiser remembers of one parameter between steps.
public struct ParameterHistory: Sendable {
  /// The number of steps taken.
  public internal(set) var steps = 0
  /// Running averages and the like, of the parameter's shape, by name.
  public var tensors: [String: Tensor] = [:]

  /// Takes a tensor out, to be changed in place and put back; zeros of the shape of `value` where there is none.
  mutating func take(_ name: String, like value: Tensor) -> Tensor {
    tensors.removeValue(forKey: name) ?? Tensor(zerosLike: value)
  }
}

/// Changes parameters by their gradients.
///
/// ```swift
/// let optimizer = AdamW(model.parameters, learningRate: 1e-3)
/// let (loss, gradients) = valueWithGradient { … }
/// optimizer.step(gradients)
/// ```
public protocol Optimizer: AnyObject {
  /// The parameters, with the step size of each group.
  var groups: [ParameterGroup] { get set }
  /// What is remembered of each parameter, by its identity.
  var histories: [ObjectIdentifier: ParameterHistory] { get set }
  /// One step of one parameter: changes `value` in place. `history.steps` counts this step already.
  func update(
    _ value: inout Tensor, gradient: Tensor, in group: ParameterGroup, history: inout ParameterHistory)
}

extension Optimizer {
  /// The step size of all groups, read from the first one.
  public var learningRate: Double {
    get { groups.first?.learningRate ?? 0 }
    set { for group in groups.indices { groups[group].learningRate = newValue } }
  }

  /// One step. Frozen parameters, and those without a gradient, are passed over.
  public func step(_ gradients: Gradients) {
    for group in groups {
      for parameter in group.parameters where parameter.isTrainable {
        guard let gradient = gradients[parameter] else { continue }
        parameter.update { value in
          require(
            gradient.shape == value.shape && gradient.dtype == value.dtype,
            "optimizer: a gradient of \(gradient.dtype) \(gradient.shape) for \(value.dtype) \(value.shape)")
          var history = histories.removeValue(forKey: ObjectIdentifier(parameter)) ?? ParameterHistory()
          history.steps += 1
          update(&value, gradient: gradient, in: group, history: &history)
          histories[ObjectIdentifier(parameter)] = history
        }
      }
    }
  }

  /// Everything a run needs to resume bit for bit, beside the parameters: the groups' learning rates, and what is
  /// remembered of each parameter by its position over all groups (`3.exp_avg`, named as in PyTorch).
  public var state: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (index, group) in groups.enumerated() {
      result["groups.\(index).learning_rate"] = Tensor(group.learningRate, dtype: .float64)
    }
    for (position, parameter) in groups.flatMap(\.parameters).enumerated() {
      guard let history = histories[ObjectIdentifier(parameter)] else { continue }
      result["\(position).step"] = Tensor(Double(history.steps), dtype: .int32)
      for (name, tensor) in history.tensors { result["\(position).\(name)"] = tensor }
    }
    return result
  }

  /// Takes over the state of an optimiser of the same groups; `name` is what an error calls it. Throws a
  /// `CheckpointError`, and then has changed nothing.
  public func load(state: [String: Tensor], named name: String = "optimizer state") throws {
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
    let rates = groups.indices.map { take("groups.\($0).learning_rate", [])?.item }
    var loaded: [ObjectIdentifier: ParameterHistory] = [:]
    for (position, parameter) in groups.flatMap(\.parameters).enumerated() {
      let keys = left.keys.filter { $0.hasPrefix("\(position).") }
      if keys.isEmpty { continue }
      var history = ParameterHistory()
      if let steps = take("\(position).step", [])?.item {
        if Int(exactly: steps) == nil { misshapen.append("\(position).step \(steps)") }
        history.steps = Int(exactly: steps) ?? 0
      }
      let dtype = parameter.value.dtype
      for key in keys.sorted() where key != "\(position).step" {
        history.tensors[String(key.dropFirst("\(position).".count))] = take(key, parameter.shape)?.to(dtype)
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
}
