import Foundation

/// A folder that goes away with the value, in which a program of this package runs as a user runs it.
public final class Workplace {
  /// The folder.
  public let folder: URL
  private let program: String

  /// An empty folder for a program.
  public init(for program: String) throws {
    self.program = program
    folder = FileManager.default.temporaryDirectory.appending(path: "\(program)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The URL of a path inside, whose folder is made.
  public func file(_ path: String) throws -> URL {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    return file
  }

  /// Writes a file.
  public func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    try Data(bytes).write(to: file(path))
  }

  /// A file's bytes.
  public func bytes(of path: String) throws -> Data { try Data(contentsOf: folder.appending(path: path)) }

  /// A file's text.
  public func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  /// The names in a folder, sorted; none where there is no such folder.
  public func files(in path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path))?.sorted() ?? []
  }

  /// What a program said and how it ended.
  public struct Outcome: Sendable {
    /// The exit code, or the signal that killed it.
    public let exitCode: Int32
    /// Whether a signal killed it.
    public let wasKilled: Bool
    /// The lines of standard output.
    public let output: [String]
    /// The lines of standard error.
    public let errors: [String]

    /// The lines on standard error that are not progress.
    public var complaints: [String] {
      errors.filter { $0.range(of: #"  \d+/\d+"#, options: .regularExpression) == nil }
    }
  }

  /// Runs the program, as several processes that mpirun starts or alone, its streams redirected as the shell is told to; sends SIGINT once standard error holds a text, and
  /// SIGKILL once it is time, which is asked many times a millisecond.
  public func run(
    _ arguments: [String], processes: Int? = nil, environment: [String: String] = [:],
    interruptAt text: String? = nil, redirection: String = "", killWhen isTime: (() -> Bool)? = nil
  ) throws -> Outcome {
    let process = Process()
    let path = Bundle.main.executableURL!.deletingLastPathComponent().appending(path: program).path
    process.executableURL = URL(filePath: "/bin/sh")
    process.currentDirectoryURL = folder
    let launcher = processes.map { "mpirun --quiet --oversubscribe -n \($0)" } ?? ""
    process.arguments = ["-c", "exec \(launcher) \"$0\" \"$@\" \(redirection)", path] + arguments
    // Other tests run beside it: threads that wait should not spin.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["OMP_WAIT_POLICY": "passive"]) { $1 }
      .merging(
        processes == nil ? [:] : ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
      ) { $1 }
      .merging(environment) { $1 }
    let (out, err) = try (file(".stdout"), file(".stderr"))
    for url in [out, err] { try Data().write(to: url) }
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    process.standardInput = FileHandle.nullDevice
    func lines(_ url: URL) throws -> [String] {
      String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    try process.run()
    var waitedFor = text
    while process.isRunning {
      if let text = waitedFor, try lines(err).contains(where: { $0.contains(text) }) {
        process.interrupt()
        waitedFor = nil
      }
      if isTime?() == true { kill(process.processIdentifier, SIGKILL) }
      Thread.sleep(forTimeInterval: isTime == nil ? 0.005 : 0.0001)
    }
    return Outcome(
      exitCode: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: try lines(out), errors: try lines(err))
  }
}
