import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@Suite(.serialized, .enabled(if: ImageFormat.allCases.allSatisfy(\.isBuiltIn))) struct TrainSAMNTests {
  /// Two sequences of five frames, `a` and `b`, in which a bright box moves.
  private func workplace() throws -> Workplace {
    let place = try Workplace(for: "TrainSAMN")
    try place.writeMovingBoxes(tops: [3, 6], frames: 5)
    return place
  }

  private static let options = ["--data", "data", "--epochs", "1", "--samples", "2", "--batch", "1"]

  private func train(_ place: Workplace, _ options: [String] = []) throws -> Workplace.Outcome {
    try place.run(Self.options + options)
  }

  @Test func twoStagesLeaveAModelThatTracks() throws {
    let place = try workplace()
    let first = try train(place)
    #expect(first.exitCode == 0, "\(first.errors)")
    let files = place.files(in: "runs/samn").filter { !$0.hasPrefix("events") }
    #expect(files == ["curves.png", "last.safetensors", "log.csv", "model.safetensors", "samples.png"])
    let second = try train(
      place,
      ["--stage", "2", "--from", "runs/samn/model.safetensors", "--output", "second", "--box-share", "1"])
    #expect(second.exitCode == 0, "\(second.errors)")
    let models = try ["runs/samn", "second"].map { try place.file("\($0)/model.safetensors") }
    let networks = try models.map { try SAMN(contentsOf: $0).stateDict }
    for name in networks[0].names where name.hasSuffix("weight") {
      // The encoders stay, the rest learns.
      let isSame = try distance(#require(networks[0][name]), #require(networks[1][name])) == 0
      #expect(isSame == name.hasPrefix("Encoder"), "\(name)")
    }
    var tracker = SAMNTracker(try SAMN(contentsOf: models[1]))
    let frame = try Image(contentsOf: place.file("data/JPEGImages/480p/a/00000.jpg"))
    tracker.start(frame, on: .box(Box(x: 4, y: 3, width: 14, height: 8)))
    #expect(tracker.track(frame).mask != nil)
  }

  @Test func resumingGivesTheSameBits() throws {
    let place = try workplace()
    #expect(try train(place, ["--output", "whole"]).exitCode == 0)
    let stopped = try place.run(Self.options + ["--output", "parts"], interruptAt: "1/2")
    #expect(stopped.exitCode == 130, "\(stopped.errors)")
    let resumed = try train(place, ["--output", "parts", "--resume", "parts/last.safetensors"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    let isSame = try place.bytes(of: "whole/last.safetensors") == place.bytes(of: "parts/last.safetensors")
    #expect(isSame)
  }

  static let faults: [(options: [String], code: Int32, message: String)] = [
    (["--batch", "0"], 64, "--batch"), (["--epochs", "0"], 64, "--epochs"),
    (["--samples", "0"], 64, "--samples"), (["--learning-rate", "nan"], 64, "--learning-rate"),
    (["--preset", "huge"], 64, "--preset"), (["--stage", "3"], 64, "--stage"),
    (["--stage", "2"], 64, "--from"), (["--box-share", "2"], 64, "--box-share"),
    (["--from", "a", "--backbone", "b"], 64, "--from"), (["--preset", "lite"], 64, "--backbone"),
    (["--data", "none"], 1, "none"),
    (["--backbone", "none.pth"], 1, "none.pth"), (["--from", "none.safetensors"], 1, "none.safetensors"),
    (["--validate", "a,b"], 1, "nothing is left"), (["--validate", "c"], 1, "c"),
    (["--resume", "none.safetensors"], 1, "none.safetensors"),
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
