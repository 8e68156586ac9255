import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@Suite(.serialized, .enabled(if: hasCodecs)) struct TrainingTests {
  static let header = "epoch,train_loss,val_loss,val_j,learning_rate,seconds"
  static let results = ["curves.png", "last.safetensors", "log.csv", "model.safetensors", "samples.png"]

  /// The log's rows without their last column, the seconds.
  private func rows(_ workplace: Workplace, _ output: String) throws -> [[String]] {
    let text = String(decoding: try workplace.bytes(of: "\(output)/log.csv"), as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.first == Self.header)
    return lines.dropFirst().map { $0.split(separator: ",").dropLast().map(String.init) }
  }

  /// The files of a run's folder, but the one for TensorBoard, whose name tells the time.
  private func files(_ workplace: Workplace, _ output: String) -> [String] {
    workplace.files(in: output).filter { !$0.hasPrefix("events.out.tfevents.") }
  }

  private func expectSameResults(_ workplace: Workplace, _ a: String, _ b: String) throws {
    for name in ["model.safetensors", "last.safetensors"] {
      let (first, second) = try (workplace.bytes(of: "\(a)/\(name)"), workplace.bytes(of: "\(b)/\(name)"))
      // Not compared within the macro, which would look for the differences of megabytes.
      let isSame = first == second
      #expect(isSame, "\(name) of \(a) and \(b)")
    }
    #expect(try rows(workplace, a) == rows(workplace, b))
  }

  private func succeed(_ outcome: Workplace.Outcome) {
    #expect(outcome.exitCode == 0 && !outcome.wasKilled && outcome.complaints.isEmpty, "\(outcome.errors)")
  }

  @Test func leavesWhatItPromises() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    let outcome = try workplace.train()
    succeed(outcome)
    #expect(outcome.output.count == 4 && outcome.output[0].contains("269441 parameters"), "\(outcome.output)")
    #expect(files(workplace, "out") == Self.results)

    let rows = try rows(workplace, "out")
    #expect(rows.map(\.first) == ["1", "2"])
    #expect(rows.joined().allSatisfy { Double($0)?.isFinite == true }, "\(rows)")
    let network = Feat2Seg(.small)
    let metadata = try network.load(from: workplace.file("out/model.safetensors")).metadata
    #expect(metadata == ["preset": "small"])
    for name in ["curves.png", "samples.png"] {
      let picture = try Image(contentsOf: workplace.file("out/\(name)"))
      #expect(picture.width > 100 && picture.height > 100, "\(name)")
    }
    let samples = try Image(contentsOf: workplace.file("out/samples.png"))
    #expect(samples.width >= 4 * 480 && samples.height >= 3 * 160, "three rows of four tiles")
  }

  @Test(.enabled(if: hasMPI, "\(needsMPI)")) func severalProcessesTrainAsOne() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    // The three frames of a sequence are one step, which three processes share.
    succeed(try workplace.train(output: "one", ["--batch", "3"]))
    let three = try workplace.train(output: "three", ["--batch", "3"], processes: 3)
    succeed(three)
    #expect(three.output.count == 4 && files(workplace, "three") == Self.results)
    for (one, three) in zip(try rows(workplace, "one"), try rows(workplace, "three")) {
      for column in 1...2 {
        let values = try [one, three].map { try #require(Double($0[column])) }
        #expect(abs(values[0] - values[1]) < 0.01 * values[0], "\(one), \(three)")
      }
    }
  }

  @Test func bfloat16LearnsAlike() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    succeed(try workplace.train(output: "wide"))
    succeed(try workplace.train(output: "narrow", ["--precision", "bfloat16"]))
    for (wide, narrow) in zip(try rows(workplace, "wide"), try rows(workplace, "narrow")) {
      let (wideLoss, narrowLoss) = (try #require(Double(wide[1])), try #require(Double(narrow[1])))
      #expect(narrowLoss != wideLoss && abs(narrowLoss - wideLoss) < 0.02 * wideLoss, "\(wide), \(narrow)")
    }
  }

  @Test func aSeedDeterminesTheRun() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    succeed(try workplace.train(output: "once"))
    succeed(try workplace.train(output: "again"))
    succeed(try workplace.train(output: "other", ["--seed", "2"]))
    try expectSameResults(workplace, "once", "again")
    #expect(try rows(workplace, "once") != rows(workplace, "other"))
  }

  @Test func theFirstEpochsSeeFramesOfHalfTheSizeAndTheRateFallsInTheOthers() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    succeed(try workplace.train(output: "fine", ["--coarse-epochs", "0"]))
    succeed(try workplace.train(output: "coarse", ["--coarse-epochs", "1"]))
    succeed(try workplace.train(output: "usual"))
    try expectSameResults(workplace, "coarse", "usual")
    let (fine, coarse) = try (rows(workplace, "fine"), rows(workplace, "coarse"))
    #expect(fine[0][1] != coarse[0][1], "the losses of the first epoch")
    #expect(fine.map { Double($0[4])! } == [0.0015, 0])
    #expect(coarse.map { Double($0[4])! } == [0.003, 0])
  }

  @Test func aResumedRunKeepsTheBestWeightsInAnyFolder() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    succeed(try workplace.train(output: "first"))
    let nothingLeft = ["--resume", "first/last.safetensors"]
    succeed(try workplace.train(output: "second", nothingLeft))
    let (first, second) = try (
      workplace.bytes(of: "first/model.safetensors"), workplace.bytes(of: "second/model.safetensors")
    )
    let isSame = first == second
    #expect(isSame)

    for (options, message) in [
      (["--seed", "2"], "--seed 1, not 2"), (["--batch", "3"], "--batch 1, not 3"),
      (["--coarse-epochs", "0"], "--coarse-epochs 1, not 0"),
      (["--epochs", "3", "--coarse-epochs", "1"], "--epochs 2, not 3"),
      (["--precision", "bfloat16"], "--precision float32, not bfloat16"),
      (["--validate", "a"], "--validate b, not a"),
    ] {
      let outcome = try workplace.train(output: "third", nothingLeft + options)
      #expect(outcome.exitCode == 1 && outcome.errors.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.first?.contains(message) == true, "\(outcome.errors)")
    }
    try FileManager.default.removeItem(at: workplace.file("first/log.csv"))
    let outcome = try workplace.train(output: "third", nothingLeft)
    #expect(outcome.exitCode == 1 && outcome.errors.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.first?.contains("first/log.csv") == true, "\(outcome.errors)")
  }

  @Test func interruptingSavesAndResumingEndsAsIfNothingHadHappened() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    succeed(try workplace.train(output: "straight", ["--epochs", "3"]))
    let options = ["--epochs", "3", "--resume", "cut/last.safetensors"]

    let interrupted = try workplace.train(
      output: "cut", ["--epochs", "3"], interruptAt: "epoch 2/3  1/3")
    #expect(interrupted.exitCode == 130 && !interrupted.wasKilled && interrupted.complaints.isEmpty)
    let last = try #require(interrupted.output.last)
    #expect(
      last.contains("interrupted") && last.contains("--resume") && last.contains("cut/last.safetensors"))
    let saved = try SafeTensors(contentsOf: workplace.file("cut/last.safetensors")).metadata
    #expect(saved["epoch"] == "1" && saved["step"] != "0", "in the midst of the second epoch")

    // Once into another folder, and once into the one it comes from.
    for output in ["resumed", "cut"] {
      succeed(try workplace.train(output: output, options))
      try expectSameResults(workplace, "straight", output)
      #expect(files(workplace, output) == Self.results)
    }
  }

  /// What can't be said is not said; what was to be saved is saved.
  @Test(arguments: ["2>/dev/full", ">/dev/full 2>&1", ">&- 2>&-", "<&- >&- 2>&-"])
  func streamsThatTakeNothingStopNothing(_ redirection: String) throws {
    let workplace = try Workplace()
    try workplace.writeData()
    let outcome = try workplace.run(
      ["--data", "data", "--output", "out", "--loss", "bce", "--batch", "1", "--epochs", "1"],
      redirection: redirection)
    #expect(outcome.exitCode == 0 && !outcome.wasKilled)
    #expect(files(workplace, "out") == Self.results)
    #expect(try rows(workplace, "out").count == 1)
  }

  @Test func aKilledRunLeavesNothingThatTheNextDoesNotClearAway() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    try workplace.write([1, 2, 3], to: "out/.last.safetensors.4194303-1.part")
    succeed(try workplace.train())
    #expect(files(workplace, "out") == Self.results)
  }
}
