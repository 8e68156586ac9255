import Foundation
import Testing
import Vision

/// Whether this build can write and read the files of a DAVIS folder.
let hasCodecs = ImageFormat.allCases.allSatisfy(\.isBuiltIn)

/// The program, run as a user runs it, in a folder that goes away with the value.
final class Workplace {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "feat2seg-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The URL of a path inside, whose folder is made.
  func file(_ path: String) throws -> URL {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    return file
  }

  func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
    try Data(bytes).write(to: file(path))
  }

  func bytes(of path: String) throws -> Data { try Data(contentsOf: folder.appending(path: path)) }

  func files(in path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path))?.sorted() ?? []
  }

  /// Two sequences of three frames, `a` and `b`, in which a bright box moves.
  func writeData() throws {
    let (width, height) = (48, 16)
    for (name, top) in [("a", 3.0), ("b", 6.0)] {
      for frame in 0..<3 {
        let mask = Mask(
          Box(x: Double(6 + 8 * frame), y: top, width: 14, height: 8), width: width, height: height)
        let pixels = mask.values.enumerated().flatMap { pixel, value in
          [UInt8](repeating: 150 * value + UInt8(pixel * 37 % 90), count: 3)
        }
        try Image(width: width, height: height, channels: 3, pixels: pixels)
          .write(to: file("data/JPEGImages/480p/\(name)/0000\(frame).jpg"))
        try mask.image.write(to: file("data/Annotations/480p/\(name)/0000\(frame).png"))
      }
    }
  }

  /// What the program said and how it ended.
  struct Outcome {
    let exitCode: Int32
    let wasKilled: Bool
    let output: [String]
    let errors: [String]

    /// The lines on standard error that are not the progress of an epoch.
    var complaints: [String] { errors.filter { !$0.hasPrefix("epoch ") } }
  }

  /// Trains on `data` with results in `output`, both inside the folder; sends SIGINT once standard error holds a text.
  func train(
    data: String = "data", output: String = "out", _ options: [String] = [], interruptAt text: String? = nil
  ) throws -> Outcome {
    let process = Process()
    let tests = try #require(Bundle.main.executableURL)
    process.executableURL = tests.deletingLastPathComponent().appending(path: "TrainFeat2Seg")
    process.currentDirectoryURL = folder
    // Given, so that the tests do not depend on what the defaults happen to be; the last of a kind holds.
    process.arguments =
      ["--data", data, "--output", output, "--loss", "bce", "--batch", "1", "--seed", "1"]
      + ["--learning-rate", "0.003", "--epochs", "2"] + options
    // Other tests run beside it: threads that wait should not spin.
    process.environment = ProcessInfo.processInfo.environment.merging(["OMP_WAIT_POLICY": "passive"]) { $1 }
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
      Thread.sleep(forTimeInterval: 0.005)
    }
    return Outcome(
      exitCode: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: try lines(out), errors: try lines(err))
  }
}
