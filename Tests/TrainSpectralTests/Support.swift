import Foundation
import Testing
import Vision

/// Whether this build can write and read the files of a DAVIS folder.
let hasCodecs = ImageFormat.allCases.allSatisfy(\.isBuiltIn)

/// The program, run as a user runs it, in a folder that goes away with the value.
final class Workplace {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "spectral-\(UUID().uuidString)")
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

  func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  func files(in path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path))?.sorted() ?? []
  }

  /// Four sequences `a` to `d` of four frames in which a box moves, and the masks of four methods: the first right, the
  /// others further and further beside it.
  func writeData() throws {
    let (width, height) = (48, 32)
    for (index, name) in ["a", "b", "c", "d"].enumerated() {
      for frame in 0..<4 {
        let box = Box(x: Double(4 + 4 * frame + 3 * index), y: 8, width: 16, height: 14)
        let mask = Mask(box, width: width, height: height)
        let pixels = mask.values.enumerated().flatMap { pixel, value in
          [UInt8](repeating: 150 * value + UInt8(pixel * 37 % 90), count: 3)
        }
        try Image(width: width, height: height, channels: 3, pixels: pixels)
          .write(to: file("data/JPEGImages/480p/\(name)/0000\(frame).jpg"))
        try mask.image.write(to: file("data/Annotations/480p/\(name)/0000\(frame).png"))
        for method in 0..<4 {
          let shift = Double(2 * method * (frame % 2 == 0 ? 1 : -1))
          let moved = Box(x: box.x + shift, y: box.y + Double(method), width: box.width, height: box.height)
          try Mask(moved, width: width, height: height).image
            .write(to: file("masks/m\(4 - method)/\(name)/0000\(frame).png"))
        }
      }
    }
  }

  /// What the program said and how it ended.
  struct Outcome {
    let exitCode: Int32
    let wasKilled: Bool
    let output: [String]
    let errors: [String]

    /// The lines on standard error that are not progress.
    var complaints: [String] {
      errors.filter { $0.range(of: #"  \d+/\d+"#, options: .regularExpression) == nil }
    }
  }

  /// Runs with results in `out`; sends SIGINT once standard error holds a text.
  func study(_ options: [String], interruptAt text: String? = nil) throws -> Outcome {
    let process = Process()
    let tests = try #require(Bundle.main.executableURL)
    process.executableURL = tests.deletingLastPathComponent().appending(path: "TrainSpectral")
    process.currentDirectoryURL = folder
    process.arguments = ["--output", "out"] + options
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
