import Tensor

/// Changes an optimiser's learning rates, after every epoch or after every step.
public protocol Scheduler: AnyObject {
  /// When `step` is to be called.
  var interval: ScheduleInterval { get }
  /// The end of an epoch or a step, with its metrics. Not every scheduler looks at them.
  func step(_ metrics: Metrics)
  /// What a run needs, beside the optimiser's state, to resume: scalars by name.
  var state: [String: Tensor] { get }
  /// Takes over such a state; `name` is what an error calls it. Throws a `CheckpointError`, and then has changed nothing.
  func load(state: [String: Tensor], named name: String) throws
}

/// What a scheduler counts.
public enum ScheduleInterval: Sendable {
  /// Epochs, whose metrics are those of the validation too.
  case epoch
  /// The optimiser's steps, whose metrics are the loss and what is logged beside it.
  case step
}

/// Numbers as a state.
func scalars(_ values: [(String, Double)]) -> [String: Tensor] {
  Dictionary(uniqueKeysWithValues: values.map { ($0, Tensor($1, dtype: .float64)) })
}

/// The numbers of a state that has these names and no others; some of them are counts.
func scalars(
  _ names: [String], counts: [String], in state: [String: Tensor], named name: String
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
