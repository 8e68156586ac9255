import Distributed
import Foundation
import NN
import Tensor

/// Training in two processes of one thread beside one of two threads, and what the processes exchange; nothing where there
/// is no mpirun.
func distributedBenchmarks() -> [Benchmark] {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  let candidates = folders.map { URL(filePath: "\($0)/mpirun") }
  guard let mpirun = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
    return []
  }
  let two = DistributedMeasurements(launcher: mpirun, processes: 2)
  let one = DistributedMeasurements(launcher: mpirun, processes: 1)
  func row(_ name: String, _ key: String, _ unit: Benchmark.Unit = .milliseconds) -> Benchmark {
    Benchmark("distributed.\(name)", unit: unit) { try two.value(key) }
  }
  return [
    Benchmark("distributed.training_step.one_process", unit: .milliseconds) { try one.value("step") },
    row("training_step.two_processes", "step"),
    row("training_step.two_processes.synchronized_norms", "synchronizedStep"),
    row("training_step.two_processes.not_overlapped", "plainStep"),
    row("training_step.two_processes.alone", "aloneStep"),
    row("sums", "sums", .microseconds), row("sums.mpi", "mpiSums", .microseconds),
    row("averaged.1MiB", "averaged1"), row("averaged.1MiB.mpi", "mpi1"),
    row("averaged.32MiB", "averaged32"), row("averaged.32MiB.mpi", "mpi32"),
  ]
}

/// What processes that do nothing else measure, once.
private final class DistributedMeasurements {
  private let launcher: URL
  private let processes: Int
  private var found: [String: Double]?

  init(launcher: URL, processes: Int) { (self.launcher, self.processes) = (launcher, processes) }

  func value(_ key: String) throws -> Double {
    if let found { return found[key]! }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let (text, exitCode) = try output(
      of: launcher, ["--quiet", "--allow-run-as-root", "-n", "\(processes)", program, "--distributed"])
    guard exitCode == 0, let found = try? JSONDecoder().decode([String: Double].self, from: text) else {
      throw BenchmarkError.childProcess("of several processes", exitCode: exitCode)
    }
    self.found = found
    return found[key]!
  }
}

/// What each of the processes does; the first prints what it found, in milliseconds and microseconds, as JSON.
func printDistributedMeasurements() throws {
  let world = try Communicator.world
  let training = UNetTraining(samples: unetBatch / world.size)
  var found = ["step": try medianOfSteps { try training.step(in: world) }]
  if world.size > 1 {
    found["synchronizedStep"] = try medianOfSteps {
      try synchronizingNorms(in: world) { try training.step(in: world) }
    }
    found["plainStep"] = try medianOfSteps {
      try training.step { try world.averaged($0, of: training.model) }
    }
    found["aloneStep"] = try medianOfSteps { training.step { $0 } }
    found["sums"] = try 1000 * medianOfSteps(11, each: 50) { _ = try world.sums([1], of: "a number") }
    var number = Tensor([1.0])
    found["mpiSums"] = try 1000 * medianOfSteps(11, each: 50) { try world.reduceByMPI(&number) }
    for mebibytes in [1, 32] {
      let parameter = Parameter(Tensor(uniform: [mebibytes << 18]))
      let gradients = Gradients([(parameter, parameter.value)])
      found["averaged\(mebibytes)"] = try medianOfSteps(11) {
        _ = try world.averaged(gradients, of: [("weight", parameter)])
      }
      var values = parameter.value
      found["mpi\(mebibytes)"] = try medianOfSteps(11) { try world.reduceByMPI(&values) }
    }
  }
  guard world.rank == 0 else { return }
  print(String(decoding: try JSONEncoder().encode(found), as: UTF8.self))
}

/// The median time of a step that all processes take together, as often in each; over a few steps at a time, of which one
/// may be short because the one before was long.
private func medianOfSteps(
  _ count: Int = 9, each steps: Int = 2, _ step: () throws -> Void
) throws -> Double {
  for _ in 0..<3 { try step() }
  return median(
    try (0..<count).map { _ in
      try milliseconds { for _ in 0..<steps { try step() } } / Double(steps)
    })
}
