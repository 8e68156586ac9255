import Foundation
import TestSupport
import Testing
import Vision

/// `Documentation/Tutorial.md` as a reader follows it: its blocks are the program's files, and its commands run.
@Suite struct TutorialTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardized

  /// The blocks of a language in the text.
  func blocks(_ language: String) throws -> [String] {
    let text = try String(contentsOf: Self.root.appending(path: "Documentation/Tutorial.md"), encoding: .utf8)
    return text.components(separatedBy: "```\(language)\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
  }

  @Test func theBlocksAreTheProgram() throws {
    let folder = Self.root.appending(path: "Examples/Shapes")
    let files = ["Pictures", "Network", "Training", "Answer", "main"].map {
      folder.appending(path: "\($0).swift")
    }
    let program = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    // The first block is the package.
    #expect(try Array(blocks("swift").dropFirst()) == program)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == files.count)
  }

  @Test(.enabled(if: ImageFormat.png.isBuiltIn)) func theCommandsRun() throws {
    let place = try Workplace(for: "Shapes")
    let start = "swift run -c release Shapes "
    let commands = try blocks("sh").joined().split(separator: "\n").filter { $0.hasPrefix(start) }
    let outcomes = try commands.map { command in
      try place.run(command.dropFirst(start.count).split(separator: " ").map(String.init))
    }
    #expect(outcomes.count == 3 && outcomes.allSatisfy { $0.exitCode == 0 }, "\(outcomes.flatMap(\.errors))")
    let answer = try #require(outcomes.last?.output)
    #expect(answer.count == 3 && answer[1].hasPrefix("disc: "))
    let percent = try #require(Int(answer[1].filter(\.isNumber)))
    #expect(percent > 50)
    // Given again, the training is done.
    #expect(try place.run(["train", "pictures", "runs/first"]).complaints == [])
    #expect(try place.run(["tell", "nothing.safetensors", "pictures/disc/7.png"]).exitCode == 1)
    #expect(try place.run([]).exitCode == 64)
  }
}
