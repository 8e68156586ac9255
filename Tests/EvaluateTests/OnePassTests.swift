import Foundation
import TestSupport
import Testing
import Vision

// `ope`: one pass over each sequence, the protocol of OTB, UAV123, NFS and LaSOT.
extension EvaluateTests {
  @Test func onePassRanksTrackersAndLeavesFilesBehind() throws {
    let workplace = try Workplace(for: "Evaluate")
    for sequence in ["one", "two"] {
      try write(lines, to: "truth/\(sequence)/groundtruth_rect.txt", in: workplace)
      try write(lines, to: "results/right/\(sequence).txt", in: workplace)
      try write(
        lines.prefix(2) + ["nan,nan,nan,nan", "200,20,40,20"], to: "results/half/\(sequence).txt",
        in: workplace)
    }
    let outcome = try workplace.run([
      "ope", "--truth", "truth", "--results", "results/half", "results/right", "--json", "figures.json",
      "--plot",
      "plots", "--html", "page.html",
    ])
    #expect(outcome.exitCode == 0 && outcome.errors == [])
    #expect(
      outcome.output.map { $0.split(separator: " ").joined(separator: " ") } == [
        "one pass success precision normalized", "right 0.952 1.000 1.000", "half 0.476 0.500 0.500",
      ])
    #expect(workplace.files(in: "plots") == Self.curves)
    let page = try workplace.text("page.html")
    #expect(page.contains("<td>half</td>") && page.components(separatedBy: "<svg ").count == 4)
    // There are no frames to be shown.
    #expect(!page.contains("<img"))
    let json = try #require(
      JSONSerialization.jsonObject(with: workplace.bytes(of: "figures.json")) as? [String: Any])
    let best = try #require((json["trackers"] as? [[String: Any]])?.first)
    #expect(best["name"] as? String == "right")
    let two = try #require((best["sequences"] as? [String: Double])?["two"])
    #expect(abs(two - 20.0 / 21) < 1e-12)
  }

  @Test(arguments: ["truth/%/img", "frames/%", "elsewhere/%"])
  func thePageShowsTheWorstSequences(_ layout: String) throws {
    let workplace = try Workplace(for: "Evaluate")
    for (sequence, box) in [("good", lines[0]), ("bad-2", "60,20,40,20")] {
      try write(lines, to: "truth/\(sequence)/groundtruth_rect.txt", in: workplace)
      try write(Array(repeating: box, count: 4), to: "tracker/\(sequence).txt", in: workplace)
    }
    // The second target is in the frames of the first.
    for sequence in ["good", "bad"] {
      for frame in 1...4 {
        let file = "\(layout.replacing("%", with: sequence))/\(frame).png"
        try Image(height: 60, width: 120, channels: 3).write(to: workplace.file(file))
      }
    }
    let arguments = ["ope", "--truth", "truth", "--results", "tracker", "--html", "page.html"]
    let root = layout.prefix { $0 != "/" }
    #expect(try workplace.run(arguments + (root == "truth" ? [] : ["--frames", "\(root)"])).errors == [])
    let pictures = try workplace.text("page.html").components(separatedBy: "<figcaption>").dropFirst()
    #expect(pictures.map { $0.prefix(12) } == ["<b>bad-2</b>", "<b>good</b> "])
    #expect(pictures.allSatisfy { $0.contains("src=\"data:image/") && $0.contains("■</span> tracker") })
    // What cannot be read is not shown.
    try workplace.write([], to: "\(layout.replacing("%", with: "bad"))/2.png")
    let outcome = try workplace.run(arguments + (root == "truth" ? [] : ["--frames", "\(root)"]))
    #expect(outcome.exitCode == 0 && outcome.errors.count == 1)
    #expect(
      outcome.errors.first?.contains("bad/") == true
        && outcome.errors.first?.contains("bad-2 is not shown") == true)
    #expect(try workplace.text("page.html").components(separatedBy: "<figcaption>").count == 2)
  }

  @Test func whatIsMissingIsSaid() throws {
    let workplace = try Workplace(for: "Evaluate")
    for sequence in ["one", "two"] {
      try write(lines, to: "truth/\(sequence)/groundtruth_rect.txt", in: workplace)
    }
    try write(Array(lines.prefix(2)), to: "short/one.txt", in: workplace)
    let outcome = try workplace.run(["ope", "--truth", "truth", "--results", "short"])
    #expect(outcome.exitCode == 0 && outcome.errors.count == 2)
    #expect(outcome.errors.contains { $0.contains("2 boxes for 4 frames") })
    #expect(outcome.errors.contains { $0.contains("short has no two.txt") })
    #expect(outcome.output.last?.contains("0.476") == true)
  }

  @Test func coordinatesFromOneMeetThoseFromZero() throws {
    let workplace = try Workplace(for: "Evaluate")
    try write(lines, to: "truth/one/groundtruth_rect.txt", in: workplace)
    try write(Array(repeating: "9,19,40,20", count: 4), to: "zero/one.txt", in: workplace)
    let shifted = try workplace.run(["ope", "--truth", "truth", "--results", "zero", "--truth-shift", "1"])
    #expect(shifted.output.last?.split(separator: " ") == ["zero", "0.952", "1.000", "1.000"])
    let plain = try workplace.run(["ope", "--truth", "truth", "--results", "zero"])
    #expect(plain.output.last?.contains("0.952") == false)
    #expect(
      try workplace.run(["ope", "--truth", "truth", "--results", "zero", "--truth-shift", "nan"]).exitCode
        == 64)
  }

  @Test func targetsOfOneSequenceAndTrackersOfOneNameStayApart() throws {
    let workplace = try Workplace(for: "Evaluate")
    for target in 1...2 {
      try write(lines, to: "truth/two/groundtruth_rect.\(target).txt", in: workplace)
      try write(lines, to: "a/boxes/two-\(target).txt", in: workplace)
      try write(["0,0,1,1"], to: "b/boxes/two-\(target).txt", in: workplace)
    }
    try write(["nan,nan,nan,nan"], to: "truth/unknown/groundtruth_rect.txt", in: workplace)
    // What can't be said stops nothing.
    let arguments = ["ope", "--truth", "truth", "--results", "a/boxes", "b/boxes", "--json", "f.json"]
    let outcome = try workplace.run(arguments, redirection: "2>/dev/full")
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.count == 3 && outcome.output[1].contains("/a/boxes"))
    let json = try #require(
      JSONSerialization.jsonObject(with: workplace.bytes(of: "f.json")) as? [String: Any])
    let sequences = try #require(
      (json["trackers"] as? [[String: Any]])?.map { $0["sequences"] as? [String: Double] })
    #expect(sequences[0]?.keys.sorted() == ["two-1", "two-2"])
  }

  @Test(arguments: [
    (["ope", "--truth", "nowhere", "--results", "short"], "nowhere"),
    (["ope", "--truth", "truth", "--results", "nowhere"], "nowhere"),
    (["ope", "--truth", "truth", "--results", "bad"], "bad/one.txt:2"),
    (["ope", "--truth", "truth", "--results", "short", "--json", "nowhere/f.json"], "nowhere/f.json"),
    (["got10k", "--truth", "truth", "--results", "bad"], "truth"),
    (["davis", "--truth", "truth", "--results", "bad"], "truth"),
  ])
  func mistakesAreOneLine(_ arguments: [String], _ said: String) throws {
    let workplace = try Workplace(for: "Evaluate")
    try write(lines, to: "truth/one/groundtruth_rect.txt", in: workplace)
    try write(lines, to: "short/one.txt", in: workplace)
    try write([lines[0], "1,2,x,4"], to: "bad/one.txt", in: workplace)
    let outcome = try workplace.run(arguments)
    #expect(outcome.exitCode == 1 && outcome.errors.count == 1)
    #expect(outcome.errors.first?.contains(said) == true)
  }

  @Test func lasotDividesByAllFramesAndTellsAttributes() throws {
    let workplace = try Workplace(for: "Evaluate")
    for (sequence, attributes) in [
      ("one", "0,1,0,0,0,0,0,0,0,0,0,0,0,1"), ("two", "0,1,0,0,0,0,0,0,0,0,0,0,0,0"),
    ] {
      try write(lines, to: "truth/\(sequence).txt", in: workplace)
      try write(lines, to: "results/right/\(sequence).txt", in: workplace)
      try write([attributes], to: "truth/att/\(sequence).txt", in: workplace)
    }
    try write(["0", "0", "1", "1"], to: "truth/absent/one.txt", in: workplace)
    let arguments = ["ope", "--truth", "truth", "--results", "results/right"]
    let outcome = try workplace.run(
      arguments + ["--json", "f.json", "--plot", "plots", "--html", "page.html"])
    #expect(outcome.exitCode == 0 && outcome.errors == [])
    #expect(
      outcome.output.map { $0.split(separator: " ").joined(separator: " ") } == [
        "one pass success precision normalized", "right 0.714 0.750 0.750",
        "success by attribute ARC (1) POC (2)",
        "right 0.476 0.714",
      ])
    #expect(workplace.files(in: "plots").contains("attributes.png"))
    #expect(try workplace.text("page.html").contains("<th>POC (2)</th>"))
    #expect(try workplace.text("f.json").contains("\"attributes\""))
    try write(["0", "0", "1"], to: "truth/absent/one.txt", in: workplace)
    let damaged = try workplace.run(arguments)
    #expect(damaged.exitCode == 0 && damaged.errors.count == 1)
    #expect(damaged.errors[0].contains("absent/one.txt: 3 flags for 4 frames: left out"))
    #expect(damaged.output[1].contains("0.952"))
  }

  @Test func lasotsAndNFSsFoldersAreRead() throws {
    let workplace = try Workplace(for: "Evaluate")
    try write(lines, to: "lasot/cat/cat-1/groundtruth.txt", in: workplace)
    try write(["0,0,0,1"], to: "lasot/cat/cat-1/full_occlusion.txt", in: workplace)
    try write(lines, to: "tracker/cat-1.txt", in: workplace)
    try write(
      Array(repeating: "0 10 20 50 40 1 0 0 0 \"a ball\"", count: 4), to: "nfs/ball/30/ball.txt",
      in: workplace)
    for frame in 1...4 {
      try Image(height: 60, width: 80, channels: 3).write(
        to: workplace.file("nfs/ball/30/ball/0000\(frame).png"))
    }
    try write(lines, to: "tracker/ball.txt", in: workplace)
    for (truth, success) in [("lasot", "0.714"), ("nfs", "0.952")] {
      let outcome = try workplace.run(["ope", "--truth", truth, "--results", "tracker"])
      #expect(outcome.exitCode == 0 && outcome.errors == [] && outcome.output.last?.contains(success) == true)
    }
  }

  @Test func uav123DividesByAllFrames() throws {
    let workplace = try Workplace(for: "Evaluate")
    try write(lines.prefix(3) + ["NaN,NaN,NaN,NaN"], to: "truth/anno/UAV123/bike-1.txt", in: workplace)
    // Boxes without area have a centre.
    try write(lines.prefix(2) + ["30,30,0,0", "1,2,3,4"], to: "tracker/bike.1.txt", in: workplace)
    for truth in ["truth", "truth/anno/UAV123"] {
      let outcome = try workplace.run(["ope", "--truth", truth, "--results", "tracker"])
      #expect(outcome.exitCode == 0 && outcome.errors == [])
      #expect(outcome.output.last?.split(separator: " ") == ["tracker", "0.476", "0.750", "0.750"])
    }
  }

  @Test func aDamagedSequenceStopsNoOther() throws {
    let workplace = try Workplace(for: "Evaluate")
    for sequence in ["one", "two", "three"] {
      try write(lines, to: "truth/\(sequence)/groundtruth_rect.txt", in: workplace)
      try write(lines, to: "results/\(sequence).txt", in: workplace)
    }
    try write([lines[0], "1,2,x,4"], to: "truth/two/groundtruth_rect.txt", in: workplace)
    try write(["1,2"], to: "results/three.txt", in: workplace)
    try write(lines, to: "truth/class/one/groundtruth.txt", in: workplace)
    let outcome = try workplace.run(["ope", "--truth", "truth", "--results", "results"])
    #expect(
      outcome.exitCode == 0 && outcome.errors.count == 3 && outcome.output.last?.contains("0.952") == true)
    for said in ["one is there twice", "two/groundtruth_rect.txt:2", "three.txt:1"] {
      #expect(outcome.errors.contains { $0.contains(said) })
    }
    // Nor does a tracker of which nothing can be read.
    try write(["1,2"], to: "bad/one.txt", in: workplace)
    let both = try workplace.run(["ope", "--truth", "truth", "--results", "bad", "results"])
    #expect(both.exitCode == 0 && both.errors.contains { $0.contains("bad/one.txt:1") })
    #expect(both.output.count == 2 && both.output.last?.contains("results") == true)
  }
}
