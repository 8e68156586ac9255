import CKernels
import Tensor

/// Stochastic gradient descent, with momentum where asked for; as `torch.optim.SGD`. The weight decay is added to the
/// gradient.
public final class SGD: Optimizer {
  /// The parameters, with the step size of each group.
  public var groups: [ParameterGroup] { didSet { _ = groups.checked("SGD") } }
  /// What is remembered of each parameter, by its identity.
  public var histories: [ObjectIdentifier: ParameterHistory] = [:]
  /// How much of the last step goes into the next.
  public let momentum: Double
  /// How much of the gradient is held back from the momentum.
  public let dampening: Double
  /// Whether the step looks ahead along the momentum.
  public let isNesterov: Bool

  /// An optimiser of groups of parameters.
  public init(groups: [ParameterGroup], momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false) {
    require(
      !nesterov || momentum > 0 && dampening == 0, "SGD: Nesterov takes momentum and no dampening")
    self.groups = groups.checked("SGD")
    (self.momentum, self.dampening, isNesterov) = (momentum, dampening, nesterov)
  }

  /// An optimiser of parameters trained alike.
  public convenience init(
    _ parameters: [Parameter], learningRate: Double, momentum: Double = 0, dampening: Double = 0,
    weightDecay: Double = 0, nesterov: Bool = false
  ) {
    let group = ParameterGroup(parameters, learningRate: learningRate, weightDecay: weightDecay)
    self.init(groups: [group], momentum: momentum, dampening: dampening, nesterov: nesterov)
  }

  /// One step of one parameter.
  public func update(
    _ value: inout Tensor, gradient: Tensor, in group: ParameterGroup, history: inout ParameterHistory
  ) {
    var velocity = momentum == 0 ? nil : history.take("momentum_buffer", like: value)
    value.makeUnique()
    velocity?.makeUnique()
    Kernel.run("SGD", on: gradient.dtype) {
      ck_sgd(
        $0, Int64(value.elementCount), value.mutableElements, gradient.elements, velocity?.mutableElements,
        history.steps == 1, group.learningRate, momentum, dampening, group.weightDecay, isNesterov)
    }
    history.tensors["momentum_buffer"] = velocity
  }
}
