import Foundation

/// A Python that has a package: that of the environment's SFVIDEO_PYTHON, or the path's.
struct Python {
  private let program: String

  init?(having package: String) {
    let candidates = [ProcessInfo.processInfo.environment["SFVIDEO_PYTHON"], "python3"].compactMap { $0 }
    guard let found = candidates.first(where: { Self.run($0, ["-c", "import \(package)"])?.status == 0 })
    else {
      return nil
    }
    program = found
  }

  /// Runs it; nil where it fails, or what it prints.
  func output(_ arguments: [String]) -> String? {
    guard let result = Self.run(program, arguments), result.status == 0 else { return nil }
    return result.output
  }

  private static func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String)? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
