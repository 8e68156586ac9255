import Tensor

/// Steps by the gradient over the root of its mean square (Tieleman & Hinton 2012), with momentum where asked for; as
/// `torch.optim.RMSprop`. The weight decay is added to the gradient.
public final class RMSprop: Optimizer {
  /// The parameters, with the step size of each group.
  public var groups: [ParameterGroup] { didSet { _ = groups.checked("RMSprop") } }
  /// What is remembered of each parameter, by its identity.
  public var histories: [ObjectIdentifier: ParameterHistory] = [:]
  /// How much of the average of the gradient's square a step keeps.
  public let smoothing: Double
  /// How much of the last step goes into the next.
  public let momentum: Double
  /// Added to the root of the mean square.
  public let epsilon: Double

  /// An optimiser of groups of parameters.
  public init(
    groups: [ParameterGroup], smoothing: Double = 0.99, momentum: Double = 0, epsilon: Double = 1e-8
  ) {
    self.groups = groups.checked("RMSprop")
    (self.smoothing, self.momentum, self.epsilon) = (smoothing, momentum, epsilon)
  }

  /// An optimiser of parameters trained alike.
  public convenience init(
    _ parameters: [Parameter], learningRate: Double = 1e-2, smoothing: Double = 0.99, momentum: Double = 0,
    epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    let group = ParameterGroup(parameters, learningRate: learningRate, weightDecay: weightDecay)
    self.init(groups: [group], smoothing: smoothing, momentum: momentum, epsilon: epsilon)
  }

  /// One step of one parameter.
  public func update(
    _ value: inout Tensor, gradient: Tensor, in group: ParameterGroup, history: inout ParameterHistory
  ) {
    let slope = group.weightDecay == 0 ? gradient : gradient + value * group.weightDecay
    let square = history.take("square_avg", like: value) * smoothing + slope.squared() * (1 - smoothing)
    history.tensors["square_avg"] = square
    var step = slope / (square.sqrt() + epsilon)
    if momentum > 0 {
      step += history.take("momentum_buffer", like: value) * momentum
      history.tensors["momentum_buffer"] = step
    }
    value -= step * group.learningRate
  }
}
