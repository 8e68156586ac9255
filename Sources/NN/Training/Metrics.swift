import Tensor

/// Numbers by name, in the order in which they were named: what a step or a validation found.
///
/// ```swift
/// var metrics: Metrics = ["val_loss": 0.31, "val_j": 0.88]
/// metrics["val_f"] = 0.85
/// ```
public struct Metrics: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The names, each once.
  public private(set) var names: [String] = []
  private var numbers: [String: Double] = [:]

  /// No numbers.
  public init() {}

  /// Numbers under names, each of which may stand there once.
  public init(dictionaryLiteral elements: (String, Double)...) {
    for (name, number) in elements {
      require(numbers[name] == nil, "Metrics: '\(name)' is there twice")
      self[name] = number
    }
  }

  /// The number of a name; nil where there is none. A new name goes to the end.
  public subscript(name: String) -> Double? {
    get { numbers[name] }
    set {
      if numbers[name] == nil { names.append(name) }
      numbers[name] = newValue
      if newValue == nil { names.removeAll { $0 == name } }
    }
  }

  /// The numbers, in the order of their names.
  public var values: [Double] { names.map { numbers[$0]! } }

  /// Adds the numbers of others behind these; those of the same name are replaced.
  public mutating func merge(_ others: Metrics) {
    for name in others.names { self[name] = others[name] }
  }
}

/// Which of a run's metrics is watched, and what of it is better.
public enum MetricGoal: Sendable, Hashable {
  /// Less, as of a loss.
  case minimum(String)
  /// More, as of an overlap.
  case maximum(String)

  /// The name of the metric.
  public var name: String {
    switch self {
    case .minimum(let name), .maximum(let name): name
    }
  }

  /// What everything is better than.
  public var worst: Double {
    switch self {
    case .minimum: .infinity
    case .maximum: -.infinity
    }
  }

  /// Whether a value is better than another, by more than a fraction of the other's size. No NaN is.
  public func isBetter(_ value: Double, than other: Double, threshold: Double = 0) -> Bool {
    // The margin of an infinite value would be NaN.
    let margin = other.isFinite ? threshold * abs(other) : 0
    return switch self {
    case .minimum: value < other - margin
    case .maximum: value > other + margin
    }
  }

  /// The watched value among the metrics of `user`, whose mistake it is if there is none.
  func value(in metrics: Metrics, for user: String) -> Double {
    guard let value = metrics[name] else {
      fatalError("\(user): no metric '\(name)' among \(metrics.names.joined(separator: ", "))")
    }
    return value
  }
}
