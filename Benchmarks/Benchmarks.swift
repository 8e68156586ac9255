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

  @Flag(help: .hidden)
  var memory = false

  func validate() throws {
    guard threads > 0 else { throw ValidationError("--threads is \(threads); it must be at least 1.") }
  }

  func run() throws {
    Threads.count = threads
    if memory { return try printMemoryOfTraining() }
    let all = [
      networkBenchmarks(MemoryOfTraining(threads: threads)), convolutionBenchmarks(), operatorBenchmarks(),
      sequenceBenchmarks(), spectralBenchmarks(), flowBenchmarks(), samplingBenchmarks(), loadingBenchmarks(),
    ]
    let benchmarks = all.joined().filter { filter.isEmpty || $0.name.contains(filter) }
    guard !benchmarks.isEmpty else {
      throw ValidationError("no benchmark's name contains \"\(filter)\".")
    }
    let peer = benchmarks.contains(where: \.hasPeer) ? Peer(python: python, threads: threads) : nil
    let limits = MachineLimits.measured()
    printConditions(limits, peer: peer)
    var report = try Report(names: benchmarks.map(\.name), file: json.map { URL(fileURLWithPath: $0) })
    for benchmark in benchmarks {
      Memory.trim()
      let ours = try benchmark.measure()
      let peerValue = benchmark.hasPeer ? peer?.value(of: benchmark) : nil
      try report.add(
        Row(
          name: benchmark.name, ours: ours, peer: peerValue == nil ? nil : peer?.name, peerValue: peerValue,
          fractionOfLimit: benchmark.work.map { limits.milliseconds($0) / ours }, unit: benchmark.unit))
    }
  }

  private func printConditions(_ limits: MachineLimits, peer: Peer?) {
    print(
      """
      \(threads) threads on \(firstLine(of: "/proc/cpuinfo", startingWith: "model name") ?? "an unknown CPU")
      oneDNN: \(onednn_is_available() ? "yes" : "no"); peer: \(peer?.name ?? "none")
      limits: \(String(format: "copy %.1f GB/s, multiply-add %.0f GFLOP/s", limits.bandwidth / 1e9, limits.operationRate / 1e9))

      """)
  }

  /// What this program's child process does for the rows of memory.
  private func printMemoryOfTraining() throws {
    let training = UNetTraining()
    for _ in 0..<5 { training.step() }
    guard let processMegabytes = ProcessUsage.peakMegabytes else { throw BenchmarkError.noProcessStatus }
    let report = MemoryOfTraining.Report(
      processMegabytes: processMegabytes, tensorMegabytes: Double(Memory.now.peakBytes) / 1e6)
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }
}
