import Tensor

/// Lowers an optimiser's learning rates when what is watched stops improving; as `torch`'s class of this name.
public final class ReduceLROnPlateau: Scheduler {
  /// What patience and cooldown count.
  public let interval: ScheduleInterval
  private let optimizer: any Optimizer
  private let goal: MetricGoal
  private let factor: Double, threshold: Double, minimum: Double
  private let patience: Int, cooldown: Int
  /// The best value so far.
  public private(set) var best: Double
  private var badCount = 0
  private var restingCount = 0

  /// After more than `patience` epochs (or steps) without an improvement by the fraction `threshold`, rates are multiplied
  /// by `factor`, though not below `minimum`; then `cooldown` of them pass before bad ones are counted again. A step has no
  /// validation: watch `train_loss` there.
  public init(
    _ optimizer: any Optimizer, goal: MetricGoal = .minimum("val_loss"), factor: Double = 0.1,
    patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0, minimum: Double = 0,
    per interval: ScheduleInterval = .epoch
  ) {
    require(factor < 1, "ReduceLROnPlateau: the factor \(factor) does not lower a rate")
    (self.optimizer, self.goal, self.factor, self.patience) = (optimizer, goal, factor, patience)
    (self.threshold, self.cooldown, self.minimum) = (threshold, cooldown, minimum)
    self.interval = interval
    best = goal.worst
  }

  /// The end of an epoch or a step, with its metrics, the watched one among them.
  public func step(_ metrics: Metrics) { step(goal.value(in: metrics, for: "ReduceLROnPlateau")) }

  /// The end of an epoch or a step, with the value that is watched.
  public func step(_ value: Double) {
    let isBetter = goal.isBetter(value, than: best, threshold: threshold)
    if isBetter { best = value }
    badCount = isBetter ? 0 : badCount + 1
    if restingCount > 0 {
      restingCount -= 1
      badCount = 0
    }
    if badCount > patience {
      lowerRates()
      restingCount = cooldown
      badCount = 0
    }
  }

  private func lowerRates() {
    for group in optimizer.groups.indices {
      let old = optimizer.groups[group].learningRate
      let new = max(old * factor, minimum)
      // PyTorch leaves a rate alone that would hardly change.
      if old - new > 1e-8 { optimizer.groups[group].learningRate = new }
    }
  }

  /// What a run needs to resume.
  public var state: [String: Tensor] {
    scalars([("best", best), ("bad_count", Double(badCount)), ("resting_count", Double(restingCount))])
  }

  /// Takes over such a state, or throws a `CheckpointError` and changes nothing.
  public func load(state: [String: Tensor], named name: String = "scheduler state") throws {
    let values = try scalars(
      self.state.keys.sorted(), counts: ["bad_count", "resting_count"], in: state, named: name)
    best = values["best"]!
    (badCount, restingCount) = (Int(values["bad_count"]!), Int(values["resting_count"]!))
  }
}
