import Tensor

/// One row of the table.
struct Benchmark {
  /// What a row's numbers count.
  enum Unit: String {
    case milliseconds = "ms"
    case microseconds = "µs"
    case megabytes = "MB"
    case pageFaults = "faults"
    case percent = "%"
  }

  /// The name; peer.py's own where it has the benchmark too.
  let name: String
  let unit: Unit
  /// Whether peer.py has it.
  let hasPeer: Bool
  /// The least that must be done, where it can be counted.
  let work: Work?
  /// Measures ours, in `unit`.
  let measure: () throws -> Double

  /// A row that counts something of its own.
  init(_ name: String, unit: Unit, hasPeer: Bool = false, measure: @escaping () throws -> Double) {
    (self.name, self.unit, self.hasPeer, work, self.measure) = (name, unit, hasPeer, nil, measure)
  }

  /// A row of the time of what `prepare` returns.
  init(_ name: String, _ work: Work, hasPeer: Bool = true, prepare: @escaping () -> () -> Void) {
    (self.name, unit, self.hasPeer, self.work) = (name, .milliseconds, hasPeer, work)
    measure = { medianMilliseconds(prepare()) }
  }
}

/// A pass forward and one back, from a given gradient to those of all inputs.
func forwardBackward(_ inputs: [Tensor], _ body: @escaping ([Tensor]) -> Tensor) -> () -> Void {
  let cotangent = Tensor(uniform: body(inputs).shape)
  return {
    let (_, pullback) = pullback(at: inputs, body)
    _ = pullback(cotangent)
  }
}
