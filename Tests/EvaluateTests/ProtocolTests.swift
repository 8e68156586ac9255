import TestSupport
import Testing
import Vision

// The protocols of GOT-10k, TrackingNet and VOT.
extension EvaluateTests {
  @Test func got10kReadsEveryRepetition() throws {
    let workplace = try Workplace(for: "Evaluate")
    try write(lines, to: "truth/one/groundtruth.txt", in: workplace)
    try write(["8", "8", "0", "3"], to: "truth/one/cover.label", in: workplace)
    for frame in 1...4 {
      try Image(height: 60, width: 80, channels: 3).write(
        to: workplace.file("truth/one/0000000\(frame).png"))
    }
    // Overlap 0.6 in the last frame, 1 in the second; what is hidden doesn't count.
    try write(lines.prefix(3) + ["20,20,40,20"], to: "tracker/one/one_001.txt", in: workplace)
    try write(lines.prefix(2) + ["0,0,1,1"] + lines.prefix(1), to: "tracker/one/one_002.txt", in: workplace)
    let outcome = try workplace.run(["got10k", "--truth", "truth", "--results", "tracker"])
    #expect(outcome.exitCode == 0 && outcome.errors == [])
    #expect(outcome.output.last?.split(separator: " ") == ["tracker", "0.900", "1.000", "0.750"])
  }

  @Test func trackingNetReadsItsFolders() throws {
    let workplace = try Workplace(for: "Evaluate")
    try write(lines, to: "truth/anno/one.txt", in: workplace)
    try write(lines, to: "tracker/one.txt", in: workplace)
    let outcome = try workplace.run([
      "trackingnet", "--truth", "truth", "--results", "tracker", "--plot", "plots",
    ])
    #expect(workplace.files(in: "plots") == Self.curves)
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.last?.split(separator: " ") == ["tracker", "1.000", "1.000", "1.000"])
  }

  @Test func votCountsFailuresAndReadsEveryRepetition() throws {
    let workplace = try Workplace(for: "Evaluate")
    let count = 60
    let truth = Array(repeating: "10,10,30,10,30,30,10,30", count: count)
    for sequence in ["one", "two"] {
      try write(truth, to: "truth/\(sequence)/groundtruth.txt", in: workplace)
      try Image(height: 48, width: 64, channels: 3).write(
        to: workplace.file("truth/\(sequence)/color/00000001.png"))
    }
    let right = ["1"] + truth.dropFirst()
    var failing = right
    failing.replaceSubrange(20..<26, with: ["2", "0", "0", "0", "0", "1"])
    for sequence in ["one", "two"] {
      try write(right, to: "right/baseline/\(sequence)/\(sequence)_001.txt", in: workplace)
      try write(["0.01"], to: "right/baseline/\(sequence)/\(sequence)_time.txt", in: workplace)
    }
    try write(right, to: "half/one/one_001.txt", in: workplace)
    try write(failing, to: "half/one/one_002.txt", in: workplace)
    let outcome = try workplace.run([
      "vot", "--year", "2019", "--truth", "truth", "--results", "half", "right", "--json", "f.json", "--plot",
      "plots", "--html", "page.html",
    ])
    #expect(outcome.exitCode == 0)
    #expect(outcome.errors.contains { $0.contains("half has no results of two: left out") })
    // One failure in two runs of 60 frames: of a run to the end, one cut off after 19 good frames, one of 35 to the end.
    let lines = outcome.output.map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines[1] == "right 1.000 1.000 0.000 0.000 1.000")
    #expect(lines[2].hasPrefix("half 0.6") && lines[2].hasSuffix(" 1.000 0.833 0.500 0.779"))
    #expect(
      workplace.files(in: "plots")
        == ["accuracy_robustness", "expected_overlap"].flatMap { ["\($0).png", "\($0).svg"] })

    try write(["1", "oops"], to: "half/one/one_002.txt", in: workplace)
    let damaged = try workplace.run([
      "vot", "--year", "2019", "--truth", "truth", "--results", "right", "half",
    ])
    #expect(damaged.exitCode == 0 && damaged.errors.contains { $0.contains("one_002.txt:2") })
    #expect(damaged.output.count == 2, "the other tracker goes on")

    let long = try workplace.run(["vot", "--truth", "truth", "--results", "right"])
    #expect(long.exitCode == 1 && long.errors.last?.contains("no sequence is of 100 frames") == true)
    #expect(
      try workplace.run(["vot", "--year", "2001", "--truth", "truth", "--results", "right"]).exitCode == 64)
  }

  /// Nothing counts beyond the images, whose size a file may tell where they are not at hand.
  @Test func votNeedsNoImages() throws {
    let workplace = try Workplace(for: "Evaluate")
    let truth = Array(repeating: "10,10,30,10,30,30,10,30", count: 60)
    try write(truth, to: "truth/one/groundtruth.txt", in: workplace)
    let wide = Array(repeating: "10,10,50,10,50,30,10,30", count: 59)
    try write(["1"] + wide, to: "results/one/one_001.txt", in: workplace)
    let options = ["vot", "--year", "2019", "--truth", "truth", "--results", "results"]
    let unbounded = try workplace.run(options)
    #expect(
      unbounded.exitCode == 0 && unbounded.errors.contains { $0.contains("1 sequences have neither images") })
    #expect(unbounded.output.last?.contains("0.512") == true, "\(unbounded.output)")
    try write(["name=one", "width=20", "height=48"], to: "truth/one/sequence", in: workplace)
    let bounded = try workplace.run(options)
    #expect(bounded.exitCode == 0 && bounded.output.last?.contains("1.000") == true, "\(bounded.output)")
    #expect(!bounded.errors.contains { $0.contains("neither images") })
  }
}
