import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing
import Vision

@Suite(.serialized, .enabled(if: ImageFormat.allCases.allSatisfy(\.isBuiltIn))) struct TrainSiameseTests {
  /// Two sequences of four frames, `a` and `b`, in which a bright box moves; DAVIS has their masks, OTB their boxes.
  private func workplace() throws -> Workplace {
    let place = try Workplace(for: "TrainSiamese")
    for (name, top) in [("a", 3.0), ("b", 6.0)] {
      var lines: [String] = []
      for frame in 0..<4 {
        let box = Box(x: Double(4 + 6 * frame), y: top, width: 14, height: 8)
        let mask = Mask(box, height: 16, width: 48)
        let pixels = mask.values.enumerated().flatMap { pixel, value in
          [UInt8](repeating: 150 * value + UInt8(pixel * 37 % 90), count: 3)
        }
        let image = Image(height: 16, width: 48, channels: 3, pixels: pixels)
        try image.write(to: place.file("davis/JPEGImages/480p/\(name)/0000\(frame).jpg"))
        try mask.image.write(to: place.file("davis/Annotations/480p/\(name)/0000\(frame).png"))
        try image.write(to: place.file("got/\(name)/0000000\(frame + 1).jpg"))
        lines.append("\(box.x),\(box.y),\(box.width),\(box.height)")
      }
      try place.write(Array(lines.joined(separator: "\n").utf8), to: "got/\(name)/groundtruth.txt")
    }
    return place
  }

  private func train(_ place: Workplace, _ network: String, _ options: [String] = []) throws
    -> Workplace.Outcome
  {
    try place.run(
      ["--network", network, "--data", "davis", "--epochs", "1", "--batch", "2", "--pairs", "2"] + options)
  }

  @Test(arguments: [("rpn", "siamrpn"), ("concat", "siamconcatrpn"), ("broadcast", "siambroadcastrpn")])
  func eachNetworkIsTrained(_ name: (network: String, tracker: String)) throws {
    let place = try workplace()
    let outcome = try train(place, name.network, ["--precision", "bfloat16"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let files = place.files(in: "runs/\(name.tracker)").filter { !$0.hasPrefix("events") }
    #expect(
      files == ["curves.png", "last.safetensors", "log.csv", "model.safetensors", "pairs.png", "samples.png"])
    let columns = try place.text("runs/\(name.tracker)/log.csv").prefix { $0 != "\n" }.split(separator: ",")
    for column in [
      "confidence_loss", "regression_loss", "positive_accuracy", "negative_accuracy", "val_loss", "val_iou",
    ] { #expect(columns.contains(Substring(column))) }
    // What was trained tracks.
    let model = SiameseModel(place.folder.appending(path: "runs/\(name.tracker)/model.safetensors"))
    #expect(model.preset == .tiny && model.coding == .ssd)
    _ = try TrackerName(rawValue: name.tracker)!.make(
      model: place.folder.appending(path: "runs/\(name.tracker)/model.safetensors"))
  }

  /// What a backbone's file holds stays as it is, and a file of another network is refused.
  @Test func aBackboneIsKeptUnlessItIsTuned() throws {
    let place = try workplace()
    Tensor.randomState = 7
    try EfficientNetLite0(classes: 3).save(to: place.file("lite.safetensors"))
    let outcome = try train(place, "plusplus", ["--backbone", "lite.safetensors", "--precision", "bfloat16"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let (given, kept) = (
      try SafeTensors(contentsOf: place.file("lite.safetensors")),
      try SafeTensors(contentsOf: place.file("runs/siamrpnplusplus/model.safetensors"))
    )
    for name in ["_conv_stem.weight", "_bn0.running_mean", "_blocks.4._project_conv.weight"] {
      #expect(given[name]!.array() == kept["backbone." + name]!.array())
    }
    let other = try train(place, "concat", ["--backbone", "lite.safetensors"])
    #expect(
      other.exitCode == 1 && other.complaints.first?.contains("missing: conv1.weight") == true,
      "\(other.errors)")
    let tuned = try train(place, "plusplus", ["--fine-tune"])
    #expect(tuned.exitCode == 64)
  }

  @Test func resumingGivesTheSameBits() throws {
    let place = try workplace()
    let options = ["--epochs", "2", "--pairs", "8"]
    #expect(try train(place, "broadcast", options + ["--output", "whole"]).exitCode == 0)
    let stopped = try place.run(
      ["--network", "broadcast", "--data", "davis", "--batch", "2"] + options + ["--output", "half"],
      interruptAt: "epoch 1/2")
    #expect(stopped.exitCode == 130, "\(stopped.errors)")
    let resumed = try train(
      place, "broadcast", options + ["--output", "half", "--resume", "half/last.safetensors"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    let isSame = try place.bytes(of: "whole/last.safetensors") == place.bytes(of: "half/last.safetensors")
    #expect(isSame)
    let other = try train(
      place, "broadcast",
      options + ["--distractors", "0", "--output", "half", "--resume", "half/last.safetensors"])
    #expect(other.exitCode == 1 && other.errors.last?.contains("distractors") == true, "\(other.errors)")
  }

  @Test func boxesDoAndTheReportsLossToo() throws {
    let place = try workplace()
    let outcome = try train(
      place, "rpn",
      ["--data", "got", "--loss", "report", "--precision", "bfloat16", "--remember", "--validate", "b"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(
      outcome.output.first?.contains("2 targets of 2 sequences from davis, got, 2 of 2 held out") == true)
    let model = SiameseModel(place.folder.appending(path: "runs/siamrpn/model.safetensors"))
    #expect(model.coding == .plain)
  }

  /// Frames of 16 bits and of grey levels, targets of a pixel, at the border and larger than the frame, and a line of NaNs.
  @Test func oddFramesAndBoxesAreTrainedOn() throws {
    let place = try Workplace(for: "TrainSiamese")
    let lines = ["3,3,1,1", "nan,nan,nan,nan", "-4,-3,12,10", "-20,-20,90,80"].joined(separator: "\n")
    for (name, channels) in [("a", 1), ("b", 3)] {
      let pixels = (0..<16 * 48 * channels).map { UInt16(truncatingIfNeeded: $0 &* 7919) }
      let image = Image16(height: 16, width: 48, channels: channels, pixels: pixels)
      for frame in 1...4 { try image.write(to: place.file("got/\(name)/0000000\(frame).png")) }
      try place.write(Array(lines.utf8), to: "got/\(name)/groundtruth.txt")
    }
    let outcome = try place.run([
      "--network", "broadcast", "--data", "got", "--epochs", "1", "--batch", "2", "--pairs", "4",
    ])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }

  @Test func aTargetThatIsNeverSeenIsNamed() throws {
    let place = try workplace()
    for name in ["a", "b"] {
      let lines = ["0,0,0,0", "nan,nan,nan,nan", "900,900,5,5", "4,3,-1,8"]
      try place.write(Array(lines.joined(separator: "\n").utf8), to: "got/\(name)/groundtruth.txt")
    }
    let outcome = try place.run(
      ["--network", "broadcast", "--data", "got", "--epochs", "1", "--batch", "2", "--pairs", "2"])
    #expect(outcome.exitCode == 1 && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.complaints.first?.contains("shows no object") == true, "\(outcome.errors)")
  }

  static let faults: [(options: [String], code: Int32, message: String)] = [
    (["--network", "vit"], 64, "--network"), (["--batch", "0"], 64, "--batch"),
    (["--epochs", "0"], 64, "--epochs"),
    (["--pairs", "1"], 64, "--pairs"), (["--learning-rate", "nan"], 64, "--learning-rate"),
    (["--distractors", "2"], 64, "--distractors"), (["--preset", "huge"], 64, "--preset"),
    (["--data", "none"], 1, "none"), (["--validate", "a,b"], 1, "nothing is left"),
    (["--validate", "c"], 1, "'c'"),
    (["--resume", "none.safetensors"], 1, "none.safetensors"),
  ]

  @Test(arguments: faults) func aFaultIsOneLine(_ fault: (options: [String], code: Int32, message: String))
    throws
  {
    let place = try workplace()
    let outcome = try train(place, "broadcast", fault.options)
    #expect(outcome.exitCode == fault.code && !outcome.wasKilled, "\(outcome.errors)")
    #expect(outcome.errors.contains { $0.contains(fault.message) }, "\(outcome.errors)")
  }
}
