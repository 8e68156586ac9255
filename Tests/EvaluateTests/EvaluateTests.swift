import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct EvaluateTests {
  private let lines = ["10,20,40,20", "10,20,40,20", "10,20,40,20", "10,20,40,20"]

  private static let curves = ["normalized_precision", "precision", "success"].flatMap {
    ["\($0).png", "\($0).svg"]
  }

  private func write(_ lines: [String], to path: String, in workplace: Workplace) throws {
    try workplace.write((lines.joined(separator: "\n") + "\n").utf8, to: path)
  }

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

  @Test func davisScoresEachObject() throws {
    let workplace = try Workplace(for: "Evaluate")
    func map(objectAt columns: [Int]) -> IndexedImage {
      var labels = [UInt8](repeating: 0, count: 40 * 60)
      for (object, left) in columns.enumerated() {
        for y in 10..<20 { for x in left..<left + 10 { labels[y * 60 + x] = UInt8(object + 1) } }
      }
      return IndexedImage(height: 40, width: 60, indices: labels, palette: [.black, .red, .green])
    }
    for frame in 0..<4 {
      let name = "video/0000\(frame).png"
      try Image(height: 40, width: 60, channels: 3).write(to: workplace.file("truth/JPEGImages/480p/\(name)"))
      try map(objectAt: [10, 30]).write(to: workplace.file("truth/Annotations/480p/\(name)"))
      // What doesn't count needs no mask.
      if 1...2 ~= frame { try map(objectAt: [10]).write(to: workplace.file("method/\(name)")) }
    }
    let outcome = try workplace.run([
      "davis", "--truth", "truth", "--results", "method", "--html", "page.html",
    ])
    #expect(try workplace.text("page.html").contains("<b>video</b>"))
    #expect(outcome.exitCode == 0 && outcome.complaints == [])
    #expect(
      outcome.output.last?.split(separator: " ")
        == ["method", "0.500", "0.500", "0.500", "0.000", "0.500", "0.500", "0.000"])
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

  /// Masks of the networks around the true boxes, and J of them.
  @Test func masksFromTrueBoxes() throws {
    let workplace = try Workplace(for: "Evaluate")
    for frame in 0..<4 {
      let name = "480p/dog/0000\(frame).png"
      let box = Box(x: 10 + Double(frame), y: 10, width: 14, height: 12)
      var image = Image(height: 40, width: 60, color: .white)
      image.fill(.rectangle(box), with: .red)
      try image.write(to: workplace.file("data/JPEGImages/\(name)"))
      try Mask(box, height: 40, width: 60).image.write(to: workplace.file("data/Annotations/\(name)"))
    }
    try SFTrack(.small, trackers: 2).save(
      to: workplace.file("model.safetensors"), metadata: ["preset": "small"])
    let arguments = ["run", "--data", "data", "--recorded", "truth", "truth", "--output"]
    for options in [["boxes"], ["masks", "--model", "model.safetensors"]] {
      let outcome = try workplace.run(arguments + options)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
    }
    let score = try workplace.run([
      "davis", "--truth", "data", "--results", "boxes/recorded", "masks/recorded",
    ])
    // Without networks the boxes are filled, which are the truth here.
    let ranked = score.output.filter { $0.contains("recorded") }
    #expect(
      ranked.count == 2 && ranked[0].contains("boxes/recorded") && ranked[0].contains("1.000"), "\(score)")
  }

  @Test func youTubeVOSTellsSeenClassesFromOthers() throws {
    let workplace = try Workplace(for: "Evaluate")
    func map(_ boxes: [Box?]) -> IndexedImage {
      var labels = [UInt8](repeating: 0, count: 40 * 60)
      for (object, box) in boxes.enumerated() {
        guard let box else { continue }
        let mask = Mask(box, height: 40, width: 60)
        for pixel in labels.indices where mask.values[pixel] != 0 { labels[pixel] = UInt8(object + 1) }
      }
      return IndexedImage(height: 40, width: 60, indices: labels)
    }
    let boxes = [Box(x: 10, y: 10, width: 10, height: 10), Box(x: 40, y: 10, width: 10, height: 10)]
    for frame in 0..<4 {
      // Wrong in the first frames, which are given away, and where there is no truth.
      let (name, yak) = ("video/0000\(frame).png", frame == 0 ? nil : boxes[1])
      try Image(height: 40, width: 60, channels: 3).write(to: workplace.file("valid/JPEGImages/\(name)"))
      if frame != 2 { try map([boxes[0], yak]).write(to: workplace.file("valid/Annotations/\(name)")) }
      if frame > 0 { try map([boxes[0], nil]).write(to: workplace.file("method/\(name)")) }
    }
    let cat = "\"1\": {\"category\": \"cat\", \"frames\": [\"00000\", \"00001\", \"00003\"]}"
    let yak = "\"2\": {\"category\": \"yak\", \"frames\": [\"00001\", \"00003\"]}"
    for (part, objects) in [("valid", "\(cat), \(yak)"), ("train", cat)] {
      try write(
        ["{\"videos\": {\"video\": {\"objects\": {\(objects)}}}}"], to: "\(part)/meta.json", in: workplace)
    }
    let arguments = ["youtubevos", "--truth", "valid", "--results", "method"]
    let outcome = try workplace.run(arguments + ["--train", "train"])
    #expect(outcome.exitCode == 0 && outcome.complaints == [])
    #expect(
      outcome.output.last?.split(separator: " ") == ["method", "0.500", "1.000", "1.000", "0.000", "0.000"])
    let all = try workplace.run(arguments)
    #expect(all.output.last?.split(separator: " ") == ["method", "0.500", "0.500", "0.500"])
  }
}
