import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@Suite(.serialized, .enabled(if: ImageFormat.allCases.allSatisfy(\.isBuiltIn))) struct TrainRTSTests {
  /// Two sequences of five frames, `a` and `b`, in which a bright box moves.
  private func workplace() throws -> Workplace {
    let place = try Workplace(for: "TrainRTS")
    try place.writeMovingBoxes(tops: [3, 6], frames: 5)
    return place
  }

  private func train(_ place: Workplace, _ options: [String] = []) throws -> Workplace.Outcome {
    try place.run(["--data", "data", "--epochs", "1", "--samples", "2", "--batch", "1"] + options)
  }

  @Test func aRunLeavesAModelThatTracks() throws {
    let place = try workplace()
    let outcome = try train(place)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let files = place.files(in: "runs/rts").filter { !$0.hasPrefix("events") }
    #expect(files == ["curves.png", "last.safetensors", "log.csv", "model.safetensors", "samples.png"])
    let network = try RTS(contentsOf: place.file("runs/rts/model.safetensors"))
    #expect(network.preset == .small)
    var tracker = RTSTracker(network)
    let frame = try Image(contentsOf: place.file("data/JPEGImages/480p/a/00000.jpg"))
    tracker.start(frame, on: .box(Box(x: 4, y: 3, width: 14, height: 8)))
    #expect(tracker.track(frame).mask != nil)
  }

  @Test func resumingGivesTheSameBits() throws {
    let place = try workplace()
    #expect(try train(place, ["--output", "whole"]).exitCode == 0)
    let stopped = try place.run(
      ["--data", "data", "--epochs", "1", "--samples", "2", "--batch", "1", "--output", "parts"],
      interruptAt: "1/2")
    #expect(stopped.exitCode == 130, "\(stopped.errors)")
    let resumed = try train(place, ["--output", "parts", "--resume", "parts/last.safetensors"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    let isSame = try place.bytes(of: "whole/last.safetensors") == place.bytes(of: "parts/last.safetensors")
    #expect(isSame)
  }

  static let faults: [(options: [String], code: Int32, message: String)] = [
    (["--batch", "0"], 64, "--batch"), (["--epochs", "0"], 64, "--epochs"),
    (["--samples", "0"], 64, "--samples"), (["--learning-rate", "nan"], 64, "--learning-rate"),
    (["--preset", "huge"], 64, "--preset"), (["--data", "none"], 1, "none"),
    (["--backbone", "none.pth"], 1, "none.pth"), (["--validate", "a,b"], 1, "nothing is left"),
    (["--validate", "c"], 1, "c"), (["--resume", "none.safetensors"], 1, "none.safetensors"),
  ]

  @Test(arguments: faults) func aFaultIsOneLine(_ fault: (options: [String], code: Int32, message: String))
    throws
  {
    let place = try workplace()
    let outcome = try train(place, fault.options)
    #expect(outcome.exitCode == fault.code && !outcome.wasKilled, "\(outcome.errors)")
    #expect(outcome.errors.first?.contains(fault.message) == true, "\(outcome.errors)")
  }
}
