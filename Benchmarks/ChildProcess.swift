import Foundation
import Tensor

/// Runs a program to its end, its errors shown with ours, and returns its output with its exit code.
func output(of program: URL, _ arguments: [String]) throws -> (text: Data, exitCode: Int32) {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = program
  process.arguments = arguments
  process.standardOutput = pipe
  try process.run()
  let text = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (text, process.terminationReason == .exit ? process.terminationStatus : -1)
}

/// What training the U-Net takes in memory, found in a process that does nothing else.
final class MemoryOfTraining {
  /// What that process prints, as JSON.
  struct Report: Codable {
    let processMegabytes: Double
    let tensorMegabytes: Double
  }

  private let threads: Int
  private let dtype: DType
  private var report: Report?

  init(threads: Int, _ dtype: DType) { (self.threads, self.dtype) = (threads, dtype) }

  /// The most physical memory the process held.
  func process() throws -> Double { try measured().processMegabytes }

  /// The most that tensors held.
  func tensors() throws -> Double { try measured().tensorMegabytes }

  private func measured() throws -> Report {
    if let report { return report }
    let (text, exitCode) = try output(
      of: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
      ["--memory", dtype.rawValue, "--threads", "\(threads)"])
    guard exitCode == 0, let found = try? JSONDecoder().decode(Report.self, from: text) else {
      throw BenchmarkError.childProcess("of the memory of training", exitCode: exitCode)
    }
    report = found
    return found
  }
}

/// Why a benchmark could not be measured.
enum BenchmarkError: Error, CustomStringConvertible {
  case childProcess(String, exitCode: Int32)
  case noProcessStatus
  case unwritable(path: String, reason: String)

  var description: String {
    switch self {
    case .childProcess(let what, let exitCode):
      "the measurement \(what), in a process of its own, failed (exit code \(exitCode))"
    case .noProcessStatus: "/proc/self/status does not tell the highest resident size"
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    }
  }
}
