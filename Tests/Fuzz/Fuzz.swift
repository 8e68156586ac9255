import ArgumentParser
import Foundation
import NN

@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Reads damaged files of each format: a reader gives a value or a typed error, soon, and never falls.",
    discussion: """
      Valid files are damaged by their structure, drawn from --seed. A file of each format is read in a process of its own \
      kind, so that one which brings the reader down is known by its number; --only reads it again.
      """)

  @Option(
    help:
      "One format: png, png16, jpeg, bmp, flo, kitti, safetensors, index, pytorch, npy, npz, boxes, vot, nfs, instances, meta or log; all unless given."
  )
  var format: String?

  @Option(help: "Files of each format.")
  var count = 20_000

  @Option(help: "What the damage is drawn from.")
  var seed: UInt64 = 1

  @Option(help: "Reads the file of this number alone, and keeps it.")
  var only: Int?

  @Option(help: .hidden)
  var tally: String?

  func run() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "Fuzz-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let formats = try Format.all(in: folder).filter { format == nil || $0.name == format }
    guard !formats.isEmpty else { throw ValidationError("--format: there is no '\(format!)' in this build") }

    if let only { return try read(only, of: formats[0]) }
    if let tally { return try read(formats[0], in: folder, counting: tally) }
    Program.report("format        read  refused  slowest  faults")
    let tallies = try formats.map { try supervise($0, in: folder) }
    if tallies.contains(where: { $0.faults > 0 }) { throw ExitCode.failure }
  }

  /// Reads one file in this process.
  private func read(_ index: Int, of format: Format) throws {
    let file = URL(filePath: "fuzz-\(seed)-\(index).\(format.name)")
    let bytes = format.file(index, seed: seed)
    try Data(bytes).write(to: file)
    Program.report("\(file.relativePath): \(bytes.count) bytes")
    let trial = try Trial(format, bytes, at: file)
    Program.report(trial.isRead ? "read" : trial.message)
    if trial.isFault { throw ExitCode.failure }
  }

  /// Reads the files that are left.
  private func read(_ format: Format, in folder: URL, counting path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    defer { close(file) }
    var tally = Tally(at: path)
    while tally.next < count {
      let index = tally.next
      tally.next += 1
      tally.write(to: file)
      alarm(20)
      let trial = try Trial(format, format.file(index, seed: seed), at: folder.appending(path: "file"))
      if trial.isRead { tally.read += 1 } else { tally.refused += 1 }
      tally.slowest = max(tally.slowest, trial.seconds)
      if trial.isFault {
        tally.faults += 1
        report(format, index, trial.message)
      }
    }
    tally.write(to: file)
  }

  /// Has the files of a format read by processes, another one after each that fell.
  private func supervise(_ format: Format, in folder: URL) throws -> Tally {
    let path = folder.appending(path: "tally-\(format.name)").path
    var deaths = 0
    while true {
      let process = Process()
      process.executableURL = Bundle.main.executableURL
      process.arguments = [
        "--format", format.name, "--count", "\(count)", "--seed", "\(seed)", "--tally", path,
      ]
      try process.run()
      process.waitUntilExit()
      var tally = Tally(at: path)
      let hasFallen = process.terminationStatus != 0
      if hasFallen {
        deaths += 1
        let how = process.terminationReason == .uncaughtSignal ? "signal" : "status"
        report(format, tally.next - 1, "the reader ends the process with \(how) \(process.terminationStatus)")
      }
      if hasFallen && deaths < 10 && tally.next < count { continue }
      tally.faults += deaths
      let columns = [(tally.read, 6), (tally.refused, 9)].map {
        String(repeating: " ", count: max(0, $1 - "\($0)".count)) + "\($0)"
      }
      Program.report(
        format.name.padding(toLength: 12, withPad: " ", startingAt: 0) + columns.joined()
          + String(format: "%7.2f s%8ld", tally.slowest, tally.faults))
      return tally
    }
  }

  private func report(_ format: Format, _ index: Int, _ what: String) {
    Program.report("\(format.name): \(what): Fuzz --format \(format.name) --seed \(seed) --only \(index)")
  }
}
