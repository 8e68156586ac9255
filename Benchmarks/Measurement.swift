import CMeasure
import Foundation
import Tensor

/// The median time of a run, by the rule of peer.py: after a warm-up, runs until there are 7 and they took 0.3 s
/// together, or until 2 s have passed.
func medianMilliseconds(_ run: () -> Void) -> Double {
  for _ in 0..<3 { run() }
  var times: [Double] = []
  var total = 0.0
  while total < 2000 && (times.count < 7 || total < 300) {
    times.append(milliseconds(run))
    total += times[times.count - 1]
  }
  return median(times)
}

/// How long one run takes.
func milliseconds(_ run: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(run) / .milliseconds(1)
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// The bytes that must cross between memory and the processor, and the floating-point operations that must be done.
struct Work {
  let bytes: Double
  let operations: Double
  /// The bytes of the tensors that are read or written, each counted once.
  let heldBytes: Double
  let onlyReads: Bool

  /// Work on so many `float32` elements read or written, all different ones unless `held` says how many are, and so
  /// many operations.
  init(elements: Int = 0, held: Int? = nil, onlyReads: Bool = false, operations: Int = 0) {
    (bytes, self.operations) = (4 * Double(elements), Double(operations))
    (heldBytes, self.onlyReads) = (4 * Double(held ?? elements), onlyReads)
  }
}

/// What this machine can do at most with the threads in use.
struct MachineLimits {
  /// Floating-point operations per second of multiply-adds on registers: the best of many short runs.
  let operationRate: Double

  init() {
    let rates = [Int32(8), 16].map { width in
      let operations = ck_measure_multiply_add(width, 1)
      let rounds: Int64 = 500_000
      return Double(operations * rounds) / best(of: 40) { _ = ck_measure_multiply_add(width, rounds) }
    }
    operationRate = rates.max()!
  }

  /// Bytes read and written per second by a copy of memory already mapped, or read where work only reads: the best of
  /// many short runs over as much memory as the work's tensors hold, so that the cache helps it as much as them.
  func bandwidth(_ work: Work) -> Double {
    let count = Int(work.heldBytes) / (work.onlyReads ? 4 : 8)
    let source = Tensor(ones: [count])
    var target = Tensor(zeros: [work.onlyReads ? 0 : count])
    let time = best(of: 20) {
      source.withUnsafeBytes { source in
        let source = source.assumingMemoryBound(to: Float.self).baseAddress
        if work.onlyReads { return ck_measure_read(Int64(count), source) }
        target.withUnsafeMutableBytes {
          ck_measure_copy(Int64(count), source, $0.assumingMemoryBound(to: Float.self).baseAddress)
        }
      }
    }
    return work.heldBytes / time
  }

  /// The least time that some work can take now.
  func milliseconds(_ work: Work) -> Double {
    1000 * max(work.bytes > 0 ? work.bytes / bandwidth(work) : 0, work.operations / operationRate)
  }
}

/// The shortest of several runs, in seconds.
private func best(of count: Int, _ run: () -> Void) -> Double {
  (0..<count).map { _ in milliseconds(run) }.min()! / 1000
}

/// What the system counts of this process.
enum ProcessUsage {
  /// The most physical memory held at once, in megabytes (10⁶ bytes). Not `ru_maxrss`, which starts from the
  /// parent's where the parent was large.
  static var peakMegabytes: Double? {
    guard let line = firstLine(of: "/proc/self/status", startingWith: "VmHWM") else { return nil }
    return Double(line.filter(\.isNumber)).map { $0 * 1024 / 1e6 }
  }

  /// How often a page had to be mapped, without a read from disk.
  static var minorPageFaults: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_minflt)
  }
}

/// The value in the first line of a `name: value` file, such as those of /proc, that starts with a name.
func firstLine(of path: String, startingWith name: String) -> String? {
  guard let text = try? String(contentsOfFile: path, encoding: .utf8),
    let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
    let colon = line.firstIndex(of: ":")
  else { return nil }
  return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
}
