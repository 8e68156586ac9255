import CKernels
import Tensor

/// Adam (Kingma & Ba 2015), as `torch.optim.Adam`. The weight decay is added to the gradient.
public class Adam: Optimizer {
  /// The parameters, with the step size of each group.
  public var groups: [ParameterGroup] { didSet { _ = groups.checked("Adam") } }
  /// What is remembered of each parameter, by its identity.
  public var histories: [ObjectIdentifier: ParameterHistory] = [:]
  /// How much of the averages of the gradient and of its square a step keeps.
  public let betas: (first: Double, second: Double)
  /// Added to the root of the mean square.
  public let epsilon: Double
  /// Whether steps are scaled by the largest mean square so far (AMSGrad, Reddi et al. 2018).
  public let isAMSGrad: Bool
  // Whether the weight decay shrinks the values instead of joining the gradient.
  fileprivate var isDecoupled: Bool { false }

  /// An optimiser of groups of parameters.
  public init(
    groups: [ParameterGroup], betas: (first: Double, second: Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    amsgrad: Bool = false
  ) {
    self.groups = groups.checked("Adam")
    (self.betas, self.epsilon, isAMSGrad) = (betas, epsilon, amsgrad)
  }

  /// An optimiser of parameters trained alike.
  public convenience init(
    _ parameters: [Parameter], learningRate: Double = 1e-3,
    betas: (first: Double, second: Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0,
    amsgrad: Bool = false
  ) {
    let group = ParameterGroup(parameters, learningRate: learningRate, weightDecay: weightDecay)
    self.init(groups: [group], betas: betas, epsilon: epsilon, amsgrad: amsgrad)
  }

  /// One step of one parameter.
  public func update(
    _ value: inout Tensor, gradient: Tensor, in group: ParameterGroup, history: inout ParameterHistory
  ) {
    var first = history.take("exp_avg", like: value)
    var second = history.take("exp_avg_sq", like: value)
    var largest = isAMSGrad ? history.take("max_exp_avg_sq", like: value) : nil
    value.makeUnique()
    first.makeUnique()
    second.makeUnique()
    largest?.makeUnique()
    Kernel.run("Adam", on: gradient.dtype) {
      ck_adam(
        $0, Int64(value.elementCount), value.mutableElements, gradient.elements, first.mutableElements,
        second.mutableElements, largest?.mutableElements, Int64(history.steps), group.learningRate,
        betas.first,
        betas.second, epsilon, group.weightDecay, isDecoupled)
    }
    history.tensors["exp_avg"] = first
    history.tensors["exp_avg_sq"] = second
    history.tensors["max_exp_avg_sq"] = largest
  }
}

/// Adam whose weight decay shrinks the values directly (Loshchilov & Hutter 2019), as `torch.optim.AdamW`.
public final class AdamW: Adam {
  override fileprivate var isDecoupled: Bool { true }

  /// An optimiser of parameters trained alike, with a weight decay of 0.01 unless told otherwise.
  public convenience init(
    _ parameters: [Parameter], learningRate: Double = 1e-3,
    betas: (first: Double, second: Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0.01,
    amsgrad: Bool = false
  ) {
    let group = ParameterGroup(parameters, learningRate: learningRate, weightDecay: weightDecay)
    self.init(groups: [group], betas: betas, epsilon: epsilon, amsgrad: amsgrad)
  }
}
