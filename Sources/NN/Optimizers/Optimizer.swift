import Tensor

/// Parameters that are trained alike.
public struct ParameterGroup: Sendable {
  /// The parameters, each once, and in one group only.
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

  /// Takes a tensor out, of the element type of `value`, to be changed in place and put back; zeros of its shape where
  /// there is none.
  mutating func take(_ name: String, like value: Tensor) -> Tensor {
    tensors.removeValue(forKey: name)?.to(value.dtype) ?? Tensor(zerosLike: value)
  }
}

extension [ParameterGroup] {
  /// These groups, which must not hold a parameter twice: it would take two steps at a time.
  func checked(_ optimizer: String) -> [ParameterGroup] {
    var places: [ObjectIdentifier: String] = [:]
    for (index, group) in enumerated() {
      for (position, parameter) in group.parameters.enumerated() {
        let place = "parameter \(position) of group \(index)"
        let other = places.updateValue(place, forKey: ObjectIdentifier(parameter))
        require(
          other == nil, "\(optimizer): \(place), of shape \(parameter.shape), is also \(other ?? "")")
      }
    }
    return self
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
          update(&value, gradient: gradient.detached(), in: group, history: &history)
          histories[ObjectIdentifier(parameter)] = history
        }
      }
    }
  }
}
