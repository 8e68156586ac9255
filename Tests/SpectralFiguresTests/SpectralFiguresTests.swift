import Foundation
import NN
import Testing
import Vision

/// The program, run as a user runs it.
@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct SpectralFiguresTests {
  private func run(_ arguments: [String]) throws -> (exitCode: Int32, complaints: String) {
    let process = Process(), errors = Pipe()
    let tests = try #require(Bundle.main.executableURL)
    process.executableURL = tests.deletingLastPathComponent().appending(path: "SpectralFigures")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["OMP_WAIT_POLICY": "passive"]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  @Test func figuresComeWithTheirNumbers() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "figures-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try run(["--output", folder.path, "--nodes", "1000"]).exitCode == 0)
    for figure in 2...4 {
      #expect(try Image(contentsOf: folder.appending(path: "figure\(figure).png")).width > 500)
    }

    let masks = try TrainingLog(contentsOf: folder.appending(path: "figure3.csv"))
    #expect(masks.columns == ["row", "degrees_to_eigenvector", "iou_with_truth"])
    let (noisy, five, power) = (masks.rows[0], masks.rows[2], masks.rows[3])
    #expect(five[2] > 0.9 && five[2] > noisy[2] + 0.3, "five iterations clean the mask")
    #expect(abs(five[1] - power[1]) < 0.5, "filtering does what power iteration does")

    let convergence = try TrainingLog(contentsOf: folder.appending(path: "figure4.csv"))
    #expect(convergence.columns == ["iteration", "degrees", "iou_with_eigenvector", "iou_with_truth"])
    let angles = convergence.values(of: "degrees")
    #expect(abs(angles[0] - 70) < 1e-3 && angles[angles.count - 1] < 1)
    #expect(convergence.rows[convergence.rows.count - 1][2] > 0.95)

    let times = try String(contentsOf: folder.appending(path: "figure2.csv"), encoding: .utf8)
    #expect(times.split(separator: "\n").count == 3)
  }

  @Test func badArgumentsAreTold() throws {
    let unknown = try run(["--figures", "2,5"])
    #expect(unknown.exitCode == 64 && unknown.complaints.contains("it must be of 2, 3 and 4"))
    let unwritable = try run(["--figures", "3", "--output", "/proc/nowhere"])
    #expect(unwritable.exitCode == 1 && unwritable.complaints.split(separator: "\n").count == 1)
  }
}
