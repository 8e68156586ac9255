import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@Suite(.serialized, .enabled(if: ImageFormat.allCases.allSatisfy(\.isBuiltIn))) struct TrainSFTrackTests {
  /// Sequences of four frames, `a`, `b`, …, in which a bright box moves.
  private func workplace(sequences: Int = 2) throws -> Workplace {
    let place = try Workplace(for: "TrainSFTrack")
    try place.writeMovingBoxes(tops: Array([3, 6, 5].prefix(sequences)), frames: 4)
    return place
  }

  private func train(_ place: Workplace, _ phase: Int, _ options: [String] = [], processes: Int? = nil)
    throws -> Workplace.Outcome
  {
    try place.run(
      ["--phase", "\(phase)", "--data", "data", "--epochs", "1", "--batch", "2", "--windows", "4"] + options,
      processes: processes)
  }

  @Test(.enabled(if: hasMPI, "\(needsMPI)")) func twoProcessesTrainTogether() throws {
    let place = try workplace()
    #expect(try train(place, 1).exitCode == 0)
    let outcome = try train(place, 2, processes: 2)
    #expect(outcome.exitCode == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.count { $0.hasPrefix("consensus") } == 1)
  }

  @Test func eachPhaseStartsFromTheOneBefore() throws {
    let place = try workplace()
    for phase in 1...3 {
      let outcome = try train(place, phase)
      #expect(outcome.exitCode == 0, "phase \(phase): \(outcome.errors)")
      let files = place.files(in: "runs/sftrack/phase\(phase)").filter { !$0.hasPrefix("events") }
      #expect(files == ["curves.png", "last.safetensors", "log.csv", "model.safetensors", "samples.png"])
      #expect(outcome.output.contains { $0.hasPrefix("consensus") } == (phase > 1))
    }
    // What a phase does not train is what the phase before left.
    func state(_ phase: Int) throws -> SafeTensors {
      try SafeTensors(contentsOf: place.file("runs/sftrack/phase\(phase)/model.safetensors"))
    }
    let (first, second, third) = try (state(1), state(2), state(3))
    func same(_ a: SafeTensors, _ b: SafeTensors, _ name: String) -> Bool {
      bytes(a[name]!) == bytes(b[name]!)
    }
    #expect(!same(first, second, "seg2box.head.weight") && !same(second, third, "seg2box.head.weight"))
    #expect(!same(first, second, "mixture.weight") && !same(second, third, "mixture.weight"))
    #expect(!same(first, second, "feat2seg.head.weight") && !same(second, third, "feat2seg.head.weight"))
    for network in ["feat2seg", "seg2box"] {
      let statistics = "\(network).encoder.0.norm1.running_mean"
      #expect(!same(first, second, statistics) && same(second, third, statistics))
    }
  }

  @Test func resumingGivesTheSameBits() throws {
    let place = try workplace()
    #expect(try train(place, 1).exitCode == 0)
    #expect(try train(place, 2, ["--epochs", "2", "--output", "whole"]).exitCode == 0)
    #expect(try train(place, 2, ["--output", "half"]).exitCode == 0)
    let resumed = try train(
      place, 2, ["--epochs", "2", "--output", "half", "--resume", "half/last.safetensors"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    let isSame = try place.bytes(of: "whole/last.safetensors") == place.bytes(of: "half/last.safetensors")
    #expect(isSame)
  }

  @Test func aStudyLeavesItsTableAndGoesOnWhereItWas() throws {
    let place = try workplace(sequences: 3)
    func study(_ options: [String]) throws -> Workplace.Outcome {
      try place.run(
        ["study", "--data", "data", "--epochs", "1", "--windows", "8", "--output", "study"] + options)
    }
    let unknown = try study(["--variants", "SFTrack"])
    #expect(unknown.exitCode == 64 && unknown.errors[0].contains("there is no SFTrack;"))
    let outcome = try study(["--seeds", "1", "--variants", "SFTrack++,without phase 2"])
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let rows = ["tracker 5", "median of the corners", "learned ensemble", "SFTrack++", "without phase 2"]
    for row in rows { #expect(outcome.output.contains { $0.hasPrefix(row) }, "\(row)") }
    let files = place.files(in: "study")
    #expect(["learned", "success.png", "table.csv", "table.txt"].allSatisfy(files.contains))
    let table = try place.bytes(of: "study/table.csv")
    #expect(try study(["--seeds", "1", "--variants", "SFTrack++,without phase 2", "--resume"]).exitCode == 0)
    let isSame = try place.bytes(of: "study/table.csv") == table
    #expect(isSame)
  }

  @Test func trackersThatRanBeforeTakeThePlaceOfSimulatedOnes() throws {
    let place = try workplace()
    for tracker in ["x", "y"] {
      for (name, top) in [("a", 3), ("b", 6)] {
        let lines = (0..<4).map { $0 == 2 ? "nan,nan,nan,nan" : "\(4 + 6 * $0),\(top),14,8" }
        try place.write(Array(lines.joined(separator: "\n").utf8), to: "boxes/\(tracker)/\(name).txt")
      }
    }
    #expect(try train(place, 1, ["--boxes", "boxes"]).exitCode == 0)
    let state = try SafeTensors(contentsOf: place.file("runs/sftrack/phase1/model.safetensors"))
    #expect(state["mixture.weight"]?.shape == [1, 2, 1, 1])
    // A model for two trackers is none for five.
    let other = try train(place, 2)
    #expect(other.exitCode == 1 && other.errors.count == 1 && other.errors[0].contains("mixture.weight"))
  }

  static let faults: [(options: [String], code: Int32, message: String)] = [
    (["--phase", "4"], 64, "--phase"), (["--batch", "0"], 64, "--batch"),
    (["--epochs", "0"], 64, "--epochs"), (["--windows", "0"], 64, "--windows"),
    (["--learning-rate", "nan"], 64, "--learning-rate"), (["--data", "none"], 1, "none"),
    (["--from", "none.safetensors"], 1, "none.safetensors"), (["--validate", "a,b"], 1, "nothing is left"),
    (["--boxes", "data"], 1, "data"),
  ]

  @Test(arguments: faults) func aFaultIsOneLine(_ fault: (options: [String], code: Int32, message: String))
    throws
  {
    let place = try workplace()
    let outcome = try train(place, 1, fault.options)
    #expect(outcome.exitCode == fault.code && !outcome.wasKilled, "\(outcome.errors)")
    #expect(outcome.errors.first?.contains(fault.message) == true, "\(outcome.errors)")
  }
}
