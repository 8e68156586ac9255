import Tensor

/// Lets an optimiser's learning rates follow a schedule, each group from its own.
///
/// ```swift
/// ScheduledLearningRate(optimizer, .cosine(over: 100))                            // by epochs
/// ScheduledLearningRate(optimizer, .step(every: 1000, factor: 0.99), per: .step)  // by steps
/// ```
public final class ScheduledLearningRate: Scheduler {
  /// What the schedule counts.
  public let interval: ScheduleInterval
  private let optimizer: any Optimizer
  private let schedule: LearningRateSchedule
  private var baseRates: [Double]
  private var position = 0

  /// Starts from the optimiser's learning rates, and sets those of position 0.
  public init(
    _ optimizer: any Optimizer, _ schedule: LearningRateSchedule, per interval: ScheduleInterval = .epoch
  ) {
    (self.optimizer, self.schedule, self.interval) = (optimizer, schedule, interval)
    baseRates = optimizer.groups.map(\.learningRate)
    setRates()
  }

  /// The end of an epoch or a step; the metrics do not matter.
  public func step(_ metrics: Metrics = [:]) {
    position += 1
    setRates()
  }

  private func setRates() {
    for (group, base) in baseRates.enumerated() {
      optimizer.groups[group].learningRate = schedule(base, at: position)
    }
  }

  /// What a run needs to resume.
  public var state: [String: Tensor] {
    scalars([("position", Double(position))] + baseRates.enumerated().map { ("base.\($0)", $1) })
  }

  /// Takes over such a state, or throws a `CheckpointError` and changes nothing.
  public func load(state: [String: Tensor], named name: String = "scheduler state") throws {
    let values = try scalars(self.state.keys.sorted(), counts: ["position"], in: state, named: name)
    position = Int(values["position"]!)
    baseRates = baseRates.indices.map { values["base.\($0)"]! }
    setRates()
  }
}
