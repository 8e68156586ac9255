import Foundation
import Tensor

/// Changes an optimiser's learning rates at the end of every epoch.
public protocol Scheduler: AnyObject {
  /// The end of an epoch, with what is watched: usually the validation loss. Not every scheduler looks at it.
  func step(metric: Double)
  /// What a run needs, beside the optimiser's state, to resume: scalars by name.
  var state: [String: Tensor] { get }
  /// Takes over such a state; `name` is what an error calls it. Throws a `CheckpointError`, and then has changed nothing.
  func load(state: [String: Tensor], named name: String) throws
}

/// The learning rate as a function of the epoch, counted from 0, and of the rate one starts with.
public enum LearningRateSchedule: Sendable, Hashable {
  /// Times `factor` at each of the given epochs; as `MultiStepLR`.
  case multiStep(epochs: [Int], factor: Double)
  /// Times `factor` at every epoch; as `ExponentialLR`.
  case exponential(factor: Double)
  /// Times (1 − epoch / `epochs`) to a power, 0 from epoch `epochs` on; as `PolynomialLR`. The "poly" of DeepLab.
  case polynomial(epochs: Int, power: Double = 0.9)
  /// Linearly from `startFactor` of the rate to all of it within `warmUp` epochs, then along half a cosine to
  /// `minimum` at epoch `epochs`, where it stays; as `LinearLR` followed by `CosineAnnealingLR`.
  case cosine(epochs: Int, warmUp: Int = 0, startFactor: Double = 0.1, minimum: Double = 0)

  /// The rate of an epoch.
  public func learningRate(_ base: Double, epoch: Int) -> Double {
    switch self {
    case .multiStep(let epochs, let factor):
      base * pow(factor, Double(epochs.count { $0 <= epoch }))
    case .exponential(let factor):
      base * pow(factor, Double(epoch))
    case .polynomial(let epochs, let power):
      base * pow(max(0, 1 - Double(epoch) / Double(epochs)), power)
    case .cosine(_, let warmUp, let startFactor, _) where epoch < warmUp:
      base * (startFactor + (1 - startFactor) * Double(epoch) / Double(warmUp))
    case .cosine(let epochs, let warmUp, _, let minimum):
      minimum + (base - minimum)
        * (1 + cos(.pi * min(1, Double(epoch - warmUp) / Double(max(epochs - warmUp, 1))))) / 2
    }
  }
}

/// Lets an optimiser's learning rates follow a schedule, each group from its own.
public final class ScheduledLearningRate: Scheduler {
  private let optimizer: any Optimizer
  private let schedule: LearningRateSchedule
  private var baseRates: [Double]
  private var epoch = 0

  /// Starts from the optimiser's learning rates, and sets those of epoch 0.
  public init(_ optimizer: any Optimizer, _ schedule: LearningRateSchedule) {
    (self.optimizer, self.schedule) = (optimizer, schedule)
    baseRates = optimizer.groups.map(\.learningRate)
    setRates()
  }

  /// The end of an epoch; the metric does not matter.
  public func step(metric: Double = 0) {
    epoch += 1
    setRates()
  }

  private func setRates() {
    for (group, base) in baseRates.enumerated() {
      optimizer.groups[group].learningRate = schedule.learningRate(base, epoch: epoch)
    }
  }

  /// What a run needs to resume.
  public var state: [String: Tensor] {
    scalars([("epoch", Double(epoch))] + baseRates.enumerated().map { ("base.\($0)", $1) })
  }

  /// Takes over such a state, or throws a `CheckpointError` and changes nothing.
  public func load(state: [String: Tensor], named name: String = "scheduler state") throws {
    let values = try values(of: self.state.keys.sorted(), counts: ["epoch"], in: state, named: name)
    epoch = Int(values["epoch"]!)
    baseRates = baseRates.indices.map { values["base.\($0)"]! }
    setRates()
  }
}

/// Lowers an optimiser's learning rates when what is watched stops improving; as `torch`'s class of this name.
public final class ReduceLROnPlateau: Scheduler {
  /// What counts as better.
  public enum Goal: Sendable {
    /// Less, as of a loss.
    case minimum
    /// More, as of an overlap.
    case maximum
  }

  private let optimizer: any Optimizer
  private let goal: Goal
  private let factor: Double, threshold: Double, minimum: Double
  private let patience: Int, cooldown: Int
  /// The best value so far.
  public private(set) var best: Double
  private var badEpochs = 0
  private var restingEpochs = 0

  /// After more than `patience` epochs without an improvement by the fraction `threshold`, rates are multiplied by
  /// `factor`, though not below `minimum`; then `cooldown` epochs pass before bad ones are counted again.
  public init(
    _ optimizer: any Optimizer, goal: Goal = .minimum, factor: Double = 0.1, patience: Int = 10,
    threshold: Double = 1e-4, cooldown: Int = 0, minimum: Double = 0
  ) {
    require(factor < 1, "ReduceLROnPlateau: the factor \(factor) does not lower a rate")
    (self.optimizer, self.goal, self.factor, self.patience) = (optimizer, goal, factor, patience)
    (self.threshold, self.cooldown, self.minimum) = (threshold, cooldown, minimum)
    best = goal == .minimum ? .infinity : -.infinity
  }

  /// The end of an epoch, with the value that is watched.
  public func step(metric: Double) {
    let isBetter =
      goal == .minimum ? metric < best * (1 - threshold) : metric > best * (1 + threshold)
    if isBetter { best = metric }
    badEpochs = isBetter ? 0 : badEpochs + 1
    if restingEpochs > 0 {
      restingEpochs -= 1
      badEpochs = 0
    }
    if badEpochs > patience {
      lowerRates()
      restingEpochs = cooldown
      badEpochs = 0
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
    scalars([
      ("best", best), ("bad_epochs", Double(badEpochs)), ("resting_epochs", Double(restingEpochs)),
    ])
  }

  /// Takes over such a state, or throws a `CheckpointError` and changes nothing.
  public func load(state: [String: Tensor], named name: String = "scheduler state") throws {
    let values = try values(
      of: self.state.keys.sorted(), counts: ["bad_epochs", "resting_epochs"], in: state, named: name)
    best = values["best"]!
    (badEpochs, restingEpochs) = (Int(values["bad_epochs"]!), Int(values["resting_epochs"]!))
  }
}

private func scalars(_ values: [(String, Double)]) -> [String: Tensor] {
  Dictionary(uniqueKeysWithValues: values.map { ($0, Tensor($1, dtype: .float64)) })
}

/// The scalars of a state that has these names and no others; some of them are counts.
private func values(
  of names: [String], counts: [String], in state: [String: Tensor], named name: String
) throws -> [String: Double] {
  let missing = names.filter { state[$0] == nil }
  let unexpected = Set(state.keys).subtracting(names).sorted()
  let misshapen = names.filter { name in
    guard let tensor = state[name] else { return false }
    return tensor.elementCount != 1 || counts.contains(name) && Int(exactly: tensor.item) == nil
  }
  guard missing.isEmpty, unexpected.isEmpty, misshapen.isEmpty else {
    throw CheckpointError.mismatch(
      file: name, missing: missing, unexpected: unexpected, misshapen: misshapen)
  }
  return state.mapValues(\.item)
}
