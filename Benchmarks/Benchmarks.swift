import ArgumentParser
import COneDNN
import Foundation
import Tensor

/// Measures this package, beside PyTorch where there is one.
@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks", abstract: "Measures the package, beside PyTorch in the same run.",
    discussion: "The columns are explained in Benchmarks/README.md.")

  @Option(help: ArgumentHelp("Only the benchmarks whose names contain this text.", valueName: "name"))
  var filter = ""

  @Option(help: ArgumentHelp("The Python that can import torch.", valueName: "path"))
  var python = "python3"

  @Option(help: ArgumentHelp("Where to write the table as JSON.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("The number of threads, ours and PyTorch's.", valueName: "number"))
  var threads = Threads.count

  @Option(help: .hidden)
  var memory: DType?

  @Flag(help: "Only what the processes that mpirun started measure together, as JSON.")
  var distributed = false

  func validate() throws {
    guard threads > 0 else { throw ValidationError("--threads is \(threads); it must be at least 1.") }
  }

  func run() throws {
    Threads.count = threads
    if distributed { return try printDistributedMeasurements() }
    if let memory { return try printMemoryOfTraining(memory) }
    let all = [
      networkBenchmarks(threads: threads), convolutionBenchmarks(), operatorBenchmarks(),
      sequenceBenchmarks(), spectralBenchmarks(), flowBenchmarks(), samplingBenchmarks(), loadingBenchmarks(),
      scoreBenchmarks(), trackerBenchmarks(), maskTrackerBenchmarks(), distributedBenchmarks(),
    ]
    let benchmarks = all.joined().filter { filter.isEmpty || $0.name.contains(filter) }
    guard !benchmarks.isEmpty else {
      throw ValidationError("no benchmark's name contains \"\(filter)\".")
    }
    let peer = benchmarks.contains(where: \.hasPeer) ? Peer(python: python, threads: threads) : nil
    let limits = MachineLimits()
    printConditions(limits, peer: peer)
    var report = try Report(names: benchmarks.map(\.name), file: json.map { URL(fileURLWithPath: $0) })
    for benchmark in benchmarks {
      let before = benchmark.work.map(limits.milliseconds)
      Memory.trim()
      let ours = try benchmark.measure()
      let after = benchmark.work.map(limits.milliseconds)
      let peerValue = benchmark.hasPeer ? peer?.value(of: benchmark) : nil
      try report.add(
        Row(
          name: benchmark.name, ours: ours, peer: peerValue == nil ? nil : peer?.name, peerValue: peerValue,
          fractionOfLimit: before.map { min($0, after!) / ours }, unit: benchmark.unit))
    }
  }

  private func printConditions(_ limits: MachineLimits, peer: Peer?) {
    let copy = limits.bandwidth(Work(elements: 16 << 20))
    print(
      """
      \(threads) threads on \(firstLine(of: "/proc/cpuinfo", startingWith: "model name") ?? "an unknown CPU")
      oneDNN: \(onednn_is_available() ? "yes" : "no"); peer: \(peer?.name ?? "none")
      limits: \(String(format: "copy %.1f GB/s, multiply-add %.0f GFLOP/s", copy / 1e9, limits.operationRate / 1e9))

      """)
  }

  /// What this program's child process does for the rows of memory.
  private func printMemoryOfTraining(_ dtype: DType) throws {
    let training = UNetTraining(dtype)
    for _ in 0..<5 { training.step() }
    guard let processMegabytes = ProcessUsage.peakMegabytes else { throw BenchmarkError.noProcessStatus }
    let report = MemoryOfTraining.Report(
      processMegabytes: processMegabytes, tensorMegabytes: Double(Memory.now.peakBytes) / 1e6)
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }
}

extension DType: ExpressibleByArgument {}
