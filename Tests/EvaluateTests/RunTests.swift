import TestSupport
import Testing
import Vision

// `run`: our trackers over data sets.
extension EvaluateTests {
  /// A textured square that moves two pixels to the right in each frame.
  private func writeOTB(_ name: String, in workplace: Workplace) throws {
    for frame in 0..<5 {
      var pixels = [UInt8](repeating: 90, count: 60 * 80)
      for y in 0..<16 {
        for x in 0..<16 {
          let column: Int = 20 + x + 2 * frame
          pixels[(20 + y) * 80 + column] = UInt8((x * 37 + y * 59 + x * y * 11) % 256)
        }
      }
      let image = Image(height: 60, width: 80, channels: 1, pixels: pixels)
      try image.write(to: workplace.file("data/\(name)/img/000\(frame + 1).png"))
    }
    try write(
      (0..<5).map { "\(21 + 2 * $0),21,16,16" }, to: "data/\(name)/groundtruth_rect.txt", in: workplace)
  }

  @Test(.enabled(if: hasMPI, "\(needsMPI)")) func severalProcessesShareTheSequences() throws {
    let workplace = try Workplace(for: "Evaluate")
    for name in ["one", "two", "three"] { try writeOTB(name, in: workplace) }
    let arguments = ["run", "--tracker", "template", "--data", "data", "--output", "out"]
    let outcome = try workplace.run(arguments, processes: 2)
    #expect(outcome.exitCode == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.count == 1 && outcome.output[0].hasPrefix("3 sequences run, 15 frames"))
    #expect(workplace.files(in: "out/template") == ["one.txt", "three.txt", "times", "two.txt"])
    let score = try workplace.run(["ope", "--truth", "data", "--results", "out/template"], processes: 2)
    #expect(score.exitCode == 0 && score.output.count { $0.hasPrefix("template") } == 1, "\(score.output)")
  }

  @Test func runLeavesResultsForTheOtherCommands() throws {
    let workplace = try Workplace(for: "Evaluate")
    for name in ["one", "two", "wrong"] { try writeOTB(name, in: workplace) }
    try workplace.write([], to: "data/wrong/img/0003.png")
    let arguments = ["run", "--tracker", "template", "--data", "data", "--output", "out"]
    let outcome = try workplace.run(arguments)
    #expect(outcome.exitCode == 1)
    #expect(outcome.complaints.count == 1 && outcome.complaints[0].contains("wrong/img/0003.png"))
    #expect(outcome.output.count == 1 && outcome.output[0].hasPrefix("2 sequences run, 1 failed, 12 frames"))
    #expect(workplace.files(in: "out/template") == ["one.txt", "times", "two.txt"])
    let again = try workplace.run(arguments)
    #expect(again.output[0].hasPrefix("0 sequences run, 2 had results, 1 failed"))
    let score = try workplace.run(["ope", "--truth", "data", "--results", "out/template"])
    let success = try #require(
      score.output.last?.split(separator: " ").dropFirst().first.flatMap { Double($0) })
    #expect(success > 0.8)

    let wrong = [
      ["--layout", "otb", "--protocol", "masks"], ["--tracker", "nanotrack"], ["--layout", "x"],
    ]
    for more in wrong { #expect(try workplace.run(arguments + more).exitCode == 64) }
    #expect(try workplace.run(arguments + ["--layout", "davis"]).exitCode == 1)
  }

  @Test func trackersThatRanBeforeAreAskedTogether() throws {
    let workplace = try Workplace(for: "Evaluate")
    try writeOTB("one", in: workplace)
    let boxes = (0..<5).map { "\(21 + 2 * $0),21,16,16" }
    try write(boxes, to: "results/a/one.txt", in: workplace)
    try write(boxes.prefix(3) + ["nan,nan,nan,nan", "1,1,9,9"], to: "results/b/one.txt", in: workplace)
    let arguments = ["run", "--data", "data", "--output", "out", "--recorded", "results/a", "results/b"]
    let outcome = try workplace.run(arguments)
    #expect(outcome.exitCode == 0 && outcome.output[0].hasPrefix("1 sequence run"), "\(outcome.errors)")
    let score = try workplace.run(["ope", "--truth", "data", "--results", "out/recorded"])
    let success = try #require(
      score.output.last?.split(separator: " ").dropFirst().first.flatMap { Double($0) })
    #expect(success > 0.9)

    #expect(try workplace.run(arguments + ["--protocol", "reset"]).exitCode == 64)
    let missing = try workplace.run(arguments + ["results", "--output", "more"])
    #expect(missing.exitCode == 1 && missing.complaints.count == 1)
    #expect(missing.complaints.first?.contains("one file of one's boxes") == true)
  }
}
