import Datasets
import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@testable import TrackVideo

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct TrackVideoTests {
  private func video(_ place: Workplace, frames: Int) throws {
    for frame in 0..<frames {
      var image = Image(height: 40, width: 60, color: .white)
      image.fill(.rectangle(Box(x: 10 + Double(frame), y: 12, width: 12, height: 10)), with: .red)
      try image.write(to: place.file("video/\(frame + 10).png"))
    }
    try NanoTrack().save(to: place.file("model.safetensors"))
  }

  @Test func everyFrameGetsABox() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 4)
    let outcome = try place.run([
      "--video", "video", "--box", "10,12,12,10", "--model", "model.safetensors", "--output", "out/run",
    ])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.output.last?.hasPrefix("4 frames, ") == true)
    let boxes = try BoxFile(contentsOf: place.folder.appending(path: "out/run/boxes.txt")).boxes
    #expect(boxes.count == 4 && boxes.first == Box(x: 10, y: 12, width: 12, height: 10))
    #expect(
      place.files(in: "out/run") == ["boxes.txt"] + (ImageFormat.jpeg.isBuiltIn ? ["overlays.jpg"] : [])
        + (FFmpeg.isInstalled ? ["overlays.mp4"] : []))
  }

  @Test(.enabled(if: hasFFmpeg, "ffmpeg is not installed")) func aVideoGivesAVideo() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 6)
    let writer = try VideoWriter(to: place.file("clip.mp4"), frameRate: 12)
    for frame in 0..<6 {
      try writer.append(Image(contentsOf: place.folder.appending(path: "video/\(frame + 10).png"), as: .rgb))
    }
    try writer.finish()
    func boxes(_ video: String) throws -> [Box?] {
      let options = [
        "--video", video, "--box", "10,12,12,10", "--tracker", "correlation", "--output", video + "-out",
      ]
      let outcome = try place.run(options)
      #expect(
        outcome.exitCode == 0 && outcome.output.last?.hasPrefix("6 frames, ") == true, "\(outcome.errors)")
      return try BoxFile(contentsOf: place.folder.appending(path: "\(video)-out/boxes.txt")).boxes
    }
    let (fromVideo, fromFolder) = try (boxes("clip.mp4"), boxes("video"))
    #expect(fromVideo.count == 6)
    for (a, b) in zip(fromVideo, fromFolder) { #expect(a!.iou(b!) > 0.7, "\(a!) \(b!)") }
    let film = try Video(contentsOf: place.folder.appending(path: "clip.mp4-out/overlays.mp4"))
    #expect(film.frameCount == 6 && film.frameRate == 12 && (film.height, film.width) == (40, 60))

    try place.write(place.bytes(of: "clip.mp4").prefix(900), to: "cut.mp4")
    let cut = try place.run([
      "--video", "cut.mp4", "--box", "1,1,9,9", "--tracker", "mosse", "--output", "none",
    ])
    #expect(
      cut.exitCode == 1 && cut.complaints.count == 1 && cut.complaints[0].contains("cut.mp4: truncated"))
  }

  @Test func anInterruptKeepsWhatWasTracked() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 1)
    for frame in 11..<600 { try place.write(place.bytes(of: "video/10.png"), to: "video/\(frame).png") }
    let outcome = try place.run(
      ["--video", "video", "--box", "10,12,12,10", "--tracker", "medianflow", "--output", "out"],
      interruptAt: "video  ")
    #expect(
      outcome.exitCode == 130 && outcome.output.last?.hasPrefix("interrupted after ") == true, "\(outcome)")
    let boxes = try BoxFile(contentsOf: place.folder.appending(path: "out/boxes.txt")).boxes
    #expect(!boxes.isEmpty && boxes.count < 590)
    #expect(place.files(in: "out").allSatisfy { !$0.hasSuffix(".part") })
    if FFmpeg.isInstalled {
      let film = try Video(contentsOf: place.folder.appending(path: "out/overlays.mp4"))
      #expect(film.frameCount == boxes.count)
    }
  }

  @Test(arguments: TrackerName.allCases.filter { !$0.hasWeights })
  func trackersWithoutWeights(_ tracker: TrackerName) throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 4)
    let options = [
      "--video", "video", "--box", "10,12,12,10", "--tracker", tracker.rawValue, "--output", "out",
    ]
    let outcome = try place.run(options)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(try BoxFile(contentsOf: place.folder.appending(path: "out/boxes.txt")).boxes.count == 4)
    if tracker == .ensemble { return }
    let weighted = try place.run(options + ["--model", "model.safetensors"])
    #expect(weighted.exitCode == 64 && weighted.errors.first?.contains("has no --model") == true)
  }

  @Test func aLearnedTrackerNeedsItsWeights() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 2)
    let outcome = try place.run([
      "--video", "video", "--box", "10,12,12,10", "--tracker", "nanotrack", "--output", "out",
    ])
    #expect(outcome.exitCode == 64 && outcome.errors.first?.contains("needs --model") == true)
  }

  /// Side by side, with the weights that there are, and together.
  @Test func allTrackersFollowForThemselves() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 3)
    try FileManager.default.createDirectory(
      at: place.file("models"), withIntermediateDirectories: true)
    try NanoTrack().save(to: place.file("models/nanotrack.safetensors"))
    let options = ["--video", "video", "--box", "10,12,12,10", "--output", "out"]
    let outcome = try place.run(options + ["--tracker", "all", "--models", "models"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(
      place.files(in: "out/trackers")
        == ["correlation", "meanshift", "medianflow", "mosse", "nanotrack", "template"].map { "\($0).txt" })
    for file in ["boxes", "trackers/mosse", "trackers/nanotrack"] {
      #expect(try BoxFile(contentsOf: place.file("out/\(file).txt")).boxes.count == 3)
    }
    #expect(try place.run(options + ["--models", "models"]).exitCode == 64)
    #expect(try place.run(options + ["--tracker", "all", "--model", "x"]).exitCode == 64)
  }

  /// From the first box alone, and with networks pixels too.
  @Test func withoutANameAllTrackersWithoutWeightsAreAsked() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 4)
    let options = ["--video", "video", "--box", "10,12,12,10", "--output", "out"]
    let bare = try place.run(options)
    #expect(bare.exitCode == 0 && !place.files(in: "out").contains("masks"), "\(bare.errors)")
    let boxes = try BoxFile(contentsOf: place.folder.appending(path: "out/boxes.txt")).boxes
    #expect(boxes[3]!.iou(Box(x: 13, y: 12, width: 12, height: 10)) > 0.8)
    var named = options
    named[5] = "named"
    #expect(try place.run(named + ["--tracker", "ensemble"]).exitCode == 0)
    #expect(try place.text("named/boxes.txt") == place.text("out/boxes.txt"))

    try SFTrack(.small).save(to: place.file("masks.safetensors"), metadata: ["preset": "small"])
    let masked = try place.run(options + ["--model", "masks.safetensors"])
    #expect(masked.exitCode == 0, "\(masked.errors)")
    #expect(place.files(in: "out/masks") == ["11.png", "12.png", "13.png"])
    let mask = try IndexedImage(contentsOf: place.folder.appending(path: "out/masks/13.png"))
    #expect(mask.height == 40 && mask.width == 60)
    #expect(try place.run(options + ["--model", "masks.safetensors", "--fine-tune"]).exitCode == 0)
    #expect(try place.run(options + ["--fine-tune"]).exitCode == 64)
  }

  @Test func aVideoOfOneFrameIsOne() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 1)
    let outcome = try place.run([
      "--video", "video", "--box", "10,12,12,10", "--model", "model.safetensors", "--output", "out",
    ])
    #expect(outcome.exitCode == 0)
    #expect(try BoxFile(contentsOf: place.folder.appending(path: "out/boxes.txt")).boxes.count == 1)
  }

  @Test func trackersThatRanBeforeAreAskedTogether() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 5)
    let truth = (0..<5).map { Box(x: 10 + Double($0), y: 12, width: 12, height: 10) }
    try BoxFile(boxes: truth).write(to: place.file("first.txt"))
    try BoxFile(boxes: Array(truth.prefix(2))).write(to: place.file("short.txt"))
    let lost = [truth[0], Box(x: 40, y: 30, width: 9, height: 9), nil, nil, truth[4]]
    try BoxFile(boxes: lost).write(to: place.file("lost.txt"))
    let outcome = try place.run([
      "--video", "video", "--trackers", "first.txt,short.txt,lost.txt", "--output", "out",
    ])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains { $0.hasSuffix("short.txt: 2 boxes beside 5: then it counts as lost") })
    let boxes = try BoxFile(contentsOf: place.folder.appending(path: "out/boxes.txt")).boxes
    #expect(boxes.count == 5 && zip(boxes, truth).allSatisfy { $0!.iou($1) > 0.9 })

    let nothing = try place.run(["--video", "video", "--trackers", "none.txt", "--output", "out"])
    #expect(nothing.exitCode == 1 && nothing.errors.count == 1)
    try BoxFile(boxes: [nil, truth[1]]).write(to: place.file("late.txt"))
    let late = try place.run(["--video", "video", "--trackers", "late.txt", "--output", "out"])
    #expect(late.exitCode == 1 && late.errors.last?.contains("box in the first line") == true)
    let neither = try place.run(["--video", "video", "--output", "out"])
    #expect(neither.exitCode == 64 && neither.errors.first?.contains("--box or --trackers") == true)
  }

  /// What trackers may leave behind: no numbers, no area, places outside the frame, sizes beyond all frames, a file that goes
  /// on beyond the video, one that ends after its first box. The target is out of the frame for two frames.
  @Test func resultFilesMaySayAnything() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 7)
    let truth = (0..<7).map { "\(10 + $0),12,12,10" }
    func write(_ name: String, _ lines: [String]) throws {
      try place.write((lines.joined(separator: "\n") + "\n").utf8, to: name)
    }
    try write("good.txt", truth + ["1,2,3,4", "5,6,7,8"])
    try write("away.txt", Array(truth[..<3]) + ["-90,-90,12,10", "nan,nan,nan,nan"] + truth[5...])
    try write(
      "odd.txt", [truth[0], "", "0,0,0,0", "1e200,1,1e200,1e200", "inf,1,2,3", "3,4,-5,6", "9,9,1e-9,4"])
    try write("one.txt", [truth[0]])
    let outcome = try place.run([
      "--video", "video", "--trackers", "good.txt,away.txt,odd.txt,one.txt", "--output", "out",
    ])
    #expect(outcome.exitCode == 0 && !outcome.wasKilled, "\(outcome.errors)")
    let boxes = try BoxFile(contentsOf: place.folder.appending(path: "out/boxes.txt")).boxes
    #expect(boxes.count == 7)
    for frame in [1, 2, 5, 6] {
      #expect(boxes[frame]!.iou(Box(x: 10 + Double(frame), y: 12, width: 12, height: 10)) > 0.9)
    }

    try place.write(place.bytes(of: "video/10.png"), to: "short/1.png")
    let short = try place.run(["--video", "short", "--trackers", "good.txt,odd.txt", "--output", "short-out"])
    #expect(short.exitCode == 0 && short.output.last?.hasPrefix("1 frames, ") == true, "\(short.errors)")
  }

  @Test func framesOfAFolderMayDifferInSize() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 4)
    for (frame, size) in [(11, (90, 20)), (13, (2, 2))] {
      try Image(height: size.0, width: size.1, color: .blue).write(to: place.file("video/\(frame).png"))
    }
    try BoxFile(boxes: Array(repeating: Box(x: 10, y: 12, width: 12, height: 10), count: 4))
      .write(to: place.file("boxes.txt"))
    for options in [
      ["--trackers", "boxes.txt,boxes.txt"], ["--box", "10,12,12,10", "--tracker", "correlation"],
    ] {
      let outcome = try place.run(["--video", "video", "--output", "out"] + options)
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(try BoxFile(contentsOf: place.folder.appending(path: "out/boxes.txt")).boxes.count == 4)
    }
  }

  @Test func ofAVideoThatEndsEarlyWhatThereIsIsKept() throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 5)
    try place.write(place.bytes(of: "video/13.png").prefix(60), to: "video/13.png")
    let outcome = try place.run([
      "--video", "video", "--box", "10,12,12,10", "--tracker", "template", "--output", "out",
    ])
    #expect(outcome.exitCode == 1 && outcome.complaints.count == 1, "\(outcome)")
    #expect(outcome.complaints.first?.contains("13.png") == true)
    #expect(outcome.output.last?.hasPrefix("3 frames, ") == true)
    #expect(try BoxFile(contentsOf: place.folder.appending(path: "out/boxes.txt")).boxes.count == 3)
    if FFmpeg.isInstalled {
      #expect(try Video(contentsOf: place.folder.appending(path: "out/overlays.mp4")).frameCount == 3)
    }
  }

  static let faults: [(change: [String: String], code: Int32, message: String)] = [
    (["--video": "none"], 1, "none"), (["--model": "none.pth"], 1, "none.pth: cannot be read"),
    (["--model": "video/10.png"], 1, "video/10.png"), (["--box": "1,2,3"], 64, "--box"),
    (["--box": "1,2,nan,4"], 64, "--box"), (["--box": "1,2,0,4"], 64, "--box"),
    (["--tracker": "guess"], 64, "--tracker"),
  ]

  @Test(arguments: faults)
  func aFaultIsOneLine(_ fault: (change: [String: String], code: Int32, message: String)) throws {
    let place = try Workplace(for: "TrackVideo")
    try video(place, frames: 2)
    let options = [
      "--video": "video", "--box": "10,12,12,10", "--model": "model.safetensors", "--output": "out",
    ].merging(fault.change) { $1 }
    let outcome = try place.run(options.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    #expect(outcome.exitCode == fault.code && !outcome.wasKilled)
    #expect(outcome.errors.first?.contains(fault.message) == true, "\(outcome.errors)")
    if fault.code == 1 { #expect(outcome.complaints.count == 1, "\(outcome.errors)") }
  }
}
