import Foundation
import TestSupport
import Testing
import Vision

extension Workplace {
  convenience init() throws { try self.init(for: "RefineVideo") }

  static let width = 64, height = 48

  /// Where the object of a sequence is: a disc that moves to the right.
  static func truth(_ frame: Int, row: Double = 22) -> Mask {
    let box = Box(x: 8 + 3 * Double(frame), y: row - 10, width: 20, height: 20)
    return Mask(Outline.ellipse(in: box), height: height, width: width)
  }

  /// Seven frames of a bright, textured disc on a dark ground, its true masks, and masks with holes and islands that
  /// come and go.
  func writeSequence(_ name: String = "", row: Double = 22) throws {
    for frame in 0..<7 {
      let truth = Self.truth(frame, row: row)
      var masks = truth.values
      let pixels = truth.values.enumerated().flatMap { pixel, value in
        let texture = UInt8((pixel % Self.width - 3 * frame * Int(value)) * 7 % 40 + 40)
        return [texture + 130 * value, texture + 60 * value, texture]
      }
      for y in 0..<6 {
        for x in 0..<6 {
          masks[(16 + (frame * 5) % 12 + y) * Self.width + 13 + 3 * frame + x] = 0
          if frame % 2 == 0 { masks[(2 + y) * Self.width + 50 + x] = 1 }
        }
      }
      func url(_ root: String, _ file: String) throws -> URL {
        try self.file(name.isEmpty ? "\(root)/\(file)" : "\(root)/\(name)/\(file)")
      }
      try Image(height: Self.height, width: Self.width, channels: 3, pixels: pixels)
        .write(to: url("frames", "0000\(frame).png"))
      try truth.image.write(to: url("truth", "0000\(frame).png"))
      try IndexedImage(height: Self.height, width: Self.width, indices: masks)
        .write(to: url("masks", "0000\(frame).png"))
    }
  }

  func refine(_ options: [String] = [], processes: Int? = nil) throws -> Outcome {
    try run(
      ["--frames", "frames", "--masks", "masks", "--output", "out"] + options, processes: processes)
  }

  /// The columns of a sequence's line in scores.csv.
  func scores(_ sequence: String) throws -> [Double] {
    let line = try text("out/scores.csv").split(separator: "\n").first { $0.hasPrefix("\(sequence),") }
    return (line ?? "").split(separator: ",").dropFirst().compactMap { Double($0) }
  }
}

/// The program, run as a user runs it.
@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct RefineVideoTests {
  @Test func itRepairsMasksAndScoresThem() throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    let outcome = try workplace.refine(["--truth", "truth"])
    #expect(outcome.exitCode == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
    let scores = try workplace.scores("frames")
    #expect(scores.count == 4 && scores[1] > scores[0] + 0.05 && scores[1] > 0.9, "\(scores)")
    #expect(scores[3] >= scores[2], "the refined masks are no less consistent: \(scores)")

    #expect(workplace.files(in: "out/masks/frames") == (0..<7).map { "0000\($0).png" })
    let mask = try IndexedImage(contentsOf: workplace.folder.appending(path: "out/masks/frames/00003.png"))
    #expect(mask.palette == IndexedImage.davisPalette && Mask(mask).iou(Workplace.truth(3)) > 0.9)
    let soft = try Image(contentsOf: workplace.folder.appending(path: "out/soft/frames/00003.png"))
    #expect(soft.channels == 1 && Set(soft.pixels).count > 10)
    let strip = try Image(contentsOf: workplace.folder.appending(path: "out/overlays/frames.png"))
    #expect(strip.width > 5 * Workplace.width && strip.height > 3 * Workplace.height)
  }

  @Test func rightMasksComeBack() throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    func score(_ options: [String]) throws -> Double {
      let outcome = try workplace.run(
        ["--frames", "frames", "--masks", "truth", "--truth", "truth", "--output", "out"] + options)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      return try workplace.scores("frames")[1]
    }
    let scores = try [[], ["--window", "4"], ["--no-restarts"]].map(score)
    #expect(scores[0] > 0.99 && scores[1] > 0.99 && scores[2] <= scores[0], "\(scores)")
  }

  @Test(.enabled(if: hasFFmpeg, "ffmpeg is not installed")) func videosAreTakenAndGiven() throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    func film(_ folder: String) throws {
      let writer = try VideoWriter(to: workplace.file("\(folder).mp4"), frameRate: 10)
      for frame in 0..<7 {
        let file = workplace.folder.appending(path: "\(folder)/0000\(frame).png")
        try writer.append(Image(contentsOf: file, as: .rgb))
      }
      try writer.finish()
    }
    try film("frames")
    try film("truth")
    let options = ["--frames", "frames.mp4", "--masks", "masks", "--truth", "truth.mp4", "--output", "out"]
    for window in [[], ["--window", "4"]] {
      let outcome = try workplace.run(options + window)
      #expect(outcome.exitCode == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
      let scores = try workplace.scores("frames")
      #expect(scores.count == 4 && scores[1] > scores[0] + 0.03, "\(scores)")
      #expect(workplace.files(in: "out/masks/frames") == (0..<7).map { "0000\($0).png" })
      #expect(workplace.files(in: "out/overlays") == ["frames.mp4", "frames.png"])
      let film = try Video(contentsOf: workplace.folder.appending(path: "out/overlays/frames.mp4"))
      #expect(film.frameCount == 7 && film.frameRate == 10 && film.width == Workplace.width)
    }
    let masked = try workplace.run(["--frames", "frames.mp4", "--masks", "truth.mp4", "--output", "all"])
    #expect(masked.exitCode == 0 && workplace.files(in: "all/soft/frames").count == 7, "\(masked.errors)")
    try FileManager.default.removeItem(at: workplace.folder.appending(path: "masks/00003.png"))
    let few = try workplace.run(options)
    #expect(few.exitCode == 1 && few.complaints.count == 1)
    #expect(few.complaints.first?.contains("masks: 6 masks for the 7 frames of") == true, "\(few.errors)")
  }

  @Test func anInterruptLeavesNothingHalfWritten() throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    let outcome = try workplace.run(
      ["--frames", "frames", "--masks", "masks", "--output", "out", "--iterations", "1000"],
      interruptAt: "steps  1/1000")
    #expect(outcome.exitCode == 130 && !outcome.wasKilled, "\(outcome)")
    #expect(outcome.output == ["interrupted: the sequences done so far are in out"], "\(outcome.output)")
    #expect(workplace.files(in: "out/overlays").isEmpty, "\(workplace.files(in: "out/overlays"))")
  }

  @Test func anEmptyTruthIsReported() throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    for frame in 0..<7 {
      try Mask(height: Workplace.height, width: Workplace.width).image
        .write(to: workplace.file("truth/0000\(frame).png"))
    }
    let outcome = try workplace.refine(["--truth", "truth"])
    #expect(outcome.exitCode == 1 && outcome.complaints.count == 1)
    #expect(outcome.complaints.first?.hasSuffix("truth: shows no object") == true, "\(outcome.errors)")
  }

  @Test func everySequenceOfAFolderIsRefined() throws {
    let workplace = try Workplace()
    try workplace.writeSequence("a")
    try workplace.writeSequence("b", row: 26)
    let outcome = try workplace.refine(["--truth", "truth"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(workplace.files(in: "out/masks") == ["a", "b"])
    #expect(
      outcome.output.contains { $0.hasPrefix("mean of 2") && $0.contains("2 of 2") }, "\(outcome.output)")
    guard hasMPI else { return }
    let scores = try workplace.text("out/scores.csv")
    try FileManager.default.removeItem(at: workplace.folder.appending(path: "out"))
    let shared = try workplace.refine(["--truth", "truth"], processes: 2)
    #expect(shared.exitCode == 0 && shared.output.count == outcome.output.count, "\(shared.errors)")
    #expect(try workplace.text("out/scores.csv") == scores)
    #expect(workplace.files(in: "out/masks") == ["a", "b"])
  }

  @Test(arguments: [
    ["--window", "4"], ["--full-size"], ["--longest-side", "40"], ["--graph", "plain"],
    ["--operator", "taylor"], ["--no-restarts"], ["--no-frame-trust"],
    [
      "--features", "flow", "--operator", "taylor", "--alpha", "1", "--kernel", "3x7x7", "--graph", "plain",
      "--normalization", "frameRange", "--iterations", "5", "--p", "0.1",
    ],
    ["--features", "grey", "--iterations", "2", "--threshold", "0.4"],
  ]) func itRunsInEveryForm(_ options: [String]) throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    let outcome = try workplace.refine(options)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(workplace.files(in: "out/masks/frames").count == 7)
    #expect(!workplace.files(in: "out").contains("scores.csv"))
  }

  @Test func flowIsReadWhereItIsGiven() throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    let missing = try workplace.refine(["--flow", "flow"])
    #expect(missing.exitCode == 1 && missing.complaints.count == 1)
    #expect(missing.complaints.first?.contains("flow/forward/00000.flo") == true, "\(missing.errors)")

    func scores(motion: SIMD2<Float>) throws -> [Double] {
      for frame in 0..<7 {
        for (side, motion) in [("forward", motion), ("backward", -motion)] {
          let flow = FlowField(height: 48, width: 64, everywhere: motion)
          let ending = frame % 2 == 0 ? "flo" : "png"
          try flow.write(to: workplace.file("flow/\(side)/0000\(frame).\(ending)"))
        }
      }
      let outcome = try workplace.refine(["--flow", "flow", "--truth", "truth"])
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      return try workplace.scores("frames")
    }
    let right = try scores(motion: [3, 0]), wrong = try scores(motion: [0, 9])
    #expect(right[1] > right[0] + 0.05, "\(right)")
    #expect(wrong[1] < right[1] - 0.03, "masks that follow the wrong flow fit worse: \(wrong), \(right)")
  }

  @Test func oneFrameIsEnough() throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    for folder in ["frames", "masks", "truth"] {
      for frame in 1..<7 {
        try FileManager.default.removeItem(at: workplace.folder.appending(path: "\(folder)/0000\(frame).png"))
      }
    }
    for options in [[], ["--features", "flow"], ["--window", "3"]] {
      #expect(try workplace.refine(["--truth", "truth"] + options).exitCode == 0, "\(options)")
      #expect(try workplace.scores("frames").count == 2, "there is no TCONT")
    }
  }

  @Test(arguments: [
    ["--kernel", "3x7"], ["--kernel", "4x7x7"], ["--alpha", "0"], ["--p", "-1"], ["--iterations", "0"],
    ["--threshold", "1"], ["--window", "1"], ["--longest-side", "0"], ["--operator", "fast"],
    ["--features", "flow", "--window", "3"],
  ]) func badOptionsAreUsageErrors(_ options: [String]) throws {
    let workplace = try Workplace()
    #expect(try workplace.refine(options).exitCode == 64)
  }

  private struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let complaint: String
    let spoil: @Sendable (Workplace) throws -> Void
  }

  private static let faults = [
    Fault(testDescription: "no frames", complaint: "frames: cannot be read: No such file") {
      try FileManager.default.removeItem(at: $0.folder.appending(path: "frames"))
    },
    Fault(testDescription: "no masks", complaint: "masks: no such folder") {
      try FileManager.default.removeItem(at: $0.folder.appending(path: "masks"))
    },
    Fault(testDescription: "a mask is missing", complaint: "masks/00003.png") {
      try FileManager.default.removeItem(at: $0.folder.appending(path: "masks/00003.png"))
    },
    Fault(testDescription: "a truncated mask", complaint: "00002.png") {
      try $0.write($0.bytes(of: "masks/00002.png").prefix(60), to: "masks/00002.png")
    },
    Fault(testDescription: "a mask of another size", complaint: "00004.png: is 8×8") {
      try Mask(height: 8, width: 8).image.write(to: $0.file("masks/00004.png"))
    },
    Fault(testDescription: "a frame of another size", complaint: "00005.png: is 8×8") {
      try Image(height: 8, width: 8).write(to: $0.file("frames/00005.png"))
      try Mask(height: 8, width: 8).image.write(to: $0.file("masks/00005.png"))
    },
    Fault(testDescription: "a truth is missing", complaint: "truth/00006.png") {
      try FileManager.default.removeItem(at: $0.folder.appending(path: "truth/00006.png"))
    },
    Fault(testDescription: "the output is a file", complaint: "can't write to") {
      try $0.write([1], to: "out")
    },
  ]

  @Test(arguments: faults) private func badFilesAreOneClearLine(_ fault: Fault) throws {
    let workplace = try Workplace()
    try workplace.writeSequence()
    try fault.spoil(workplace)
    let outcome = try workplace.refine(["--truth", "truth"])
    #expect(outcome.exitCode == 1 && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.complaints.first?.contains(fault.complaint) == true, "\(outcome.errors)")
  }
}
