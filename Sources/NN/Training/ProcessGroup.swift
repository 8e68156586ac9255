import Tensor

/// Processes that train one network together, as a `TrainingRun` needs them; `Communicator` of the module Distributed is
/// such, over MPI. All of them run the same program, and call these methods in the same order.
public protocol ProcessGroup: AnyObject, Sendable {
  /// Which process this is, from 0.
  var rank: Int { get }
  /// How many processes there are.
  var size: Int { get }
  /// How far the program is ("epoch 3, step 17"), for messages about processes that don't come.
  var place: String { get set }

  /// The sums of numbers over the processes, the same bits in each; `what` they are of is for messages.
  func sums(_ values: [Double], of what: String) throws -> [Double]

  /// Gives every process the tensor of one of them, of the same shape and type.
  func broadcast(_ tensor: inout Tensor, from root: Int, named name: String) throws

  /// The means of the parameters' gradients over the processes, the same bits in each. Where a process has found none, it
  /// counts as zeros; a parameter for which no process has found one has none.
  func averaged(_ gradients: Gradients, of parameters: [NamedParameter]) throws -> Gradients

  /// As `valueWithGradient` with the gradients' means over the processes, which are sent while the way back goes on.
  func valueWithGradient<Extra>(
    of parameters: [NamedParameter], _ body: () throws -> (Tensor, Extra)
  ) throws -> (value: Tensor, extra: Extra, gradients: Gradients)
}

/// A parameter and its path in a module.
public typealias NamedParameter = (path: String, parameter: Parameter)

/// The group of one process.
public final class OneProcess: ProcessGroup {
  /// 0.
  public let rank = 0
  /// 1.
  public let size = 1
  /// Nobody is waited for: empty.
  public var place: String {
    get { "" }
    set {}
  }

  /// The group.
  public init() {}

  /// The numbers themselves.
  public func sums(_ values: [Double], of what: String) -> [Double] { values }

  /// Nothing to do.
  public func broadcast(_ tensor: inout Tensor, from root: Int, named name: String) {}

  /// The gradients themselves.
  public func averaged(_ gradients: Gradients, of parameters: [NamedParameter]) -> Gradients { gradients }

  /// The function of the same name.
  public func valueWithGradient<Extra>(
    of parameters: [NamedParameter], _ body: () throws -> (Tensor, Extra)
  ) rethrows -> (value: Tensor, extra: Extra, gradients: Gradients) {
    try differentiated(body)
  }
}

/// The free function, from where a method of its name hides it.
private func differentiated<Extra>(
  _ body: () throws -> (Tensor, Extra)
) rethrows -> (value: Tensor, extra: Extra, gradients: Gradients) {
  try valueWithGradient(body)
}

extension Module {
  /// Gives every process of a group the parameters and buffers of one of them.
  public func broadcast(from root: Int = 0, in group: any ProcessGroup) throws {
    guard group.size > 1 else { return }
    for (path, parameter) in namedParameters {
      var value = parameter.value.detached()
      try group.broadcast(&value, from: root, named: path)
      parameter.value = value
    }
  }
}

extension ProcessGroup {
  /// Whether this process writes files and reports.
  var isWriter: Bool { rank == 0 }

  /// The means of metrics over the processes, and whether any of them is to be interrupted.
  func agreed(on metrics: Metrics) throws -> (metrics: Metrics, isInterrupted: Bool) {
    guard size > 1 else { return (metrics, Program.isInterrupted) }
    let sums = try sums(metrics.values + [Program.isInterrupted ? 1 : 0], of: "the metrics")
    var means = Metrics()
    for (name, sum) in zip(metrics.names, sums) { means[name] = sum / Double(size) }
    return (means, sums.last! > 0)
  }

  /// Makes the buffers of a module, norms' running statistics, their means over the processes.
  func averageBuffers(of module: any Module) throws {
    guard size > 1 else { return }
    let buffers = module.namedParameters.map(\.parameter)
      .filter { $0.role == .buffer && $0.value.dtype.isFloatingPoint }
    guard !buffers.isEmpty else { return }
    let own = buffers.flatMap { $0.value.array(of: Double.self) }
    var rest = try sums(own, of: "the norms' running statistics").map { $0 / Double(size) }[...]
    for buffer in buffers {
      let count = buffer.shape.elementCount
      buffer.value = Tensor(Array(rest.prefix(count)), shape: buffer.shape).to(buffer.value.dtype)
      rest = rest.dropFirst(count)
    }
  }
}
