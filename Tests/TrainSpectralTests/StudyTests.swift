import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@Suite(.serialized, .enabled(if: hasCodecs)) struct StudyTests {
  static let tiny = [
    "--sequences", "4", "--frames", "4", "--longest-side", "32", "--epochs", "1", "--windows", "8",
  ]
  static let results = [
    "curves.png", "learned", "model.safetensors", "samples.png", "table4.csv", "table5.csv", "table6.csv",
    "table7.csv",
    "tables.txt", "weights.csv", "weights.png",
  ]

  private func rows(_ workplace: Workplace, _ path: String) throws -> [[String]] {
    try workplace.text(path).split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
  }

  @Test func theEmbeddedStudyLeavesWhatItPromises() throws {
    let workplace = try Workplace()
    let outcome = try workplace.study(Self.tiny)
    #expect(outcome.exitCode == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
    #expect(workplace.files(in: "out") == Self.results)

    let noisy = try rows(workplace, "out/table4.csv")
    #expect(noisy.count == 1 + 10 && noisy[1][0] == "No noise")
    #expect(noisy[4][0] == "uniform: Top 3 + Noisy 5 + Noise 7")
    let spectral = ["SFSeg++", "SFSeg++ along the motion"]
    #expect(noisy[0].suffix(2) == spectral[...])
    let ensembles = try rows(workplace, "out/table5.csv")
    #expect(ensembles.dropFirst().map(\.first) == LearnedEnsemble.allCases.map(\.rawValue) + spectral)
    #expect(ensembles.suffix(2).map { $0[1] } == ["16", "16"])
    #expect(try rows(workplace, "out/table6.csv").count == 1 + 13)
    #expect(try rows(workplace, "out/table7.csv").last?[0] == spectral[1])
    #expect(try rows(workplace, "out/table7.csv")[0] == ["method", "true flow", "estimated flow"])
    for table in 4...7 {
      for row in try rows(workplace, "out/table\(table).csv").dropFirst() {
        #expect(row.dropFirst().allSatisfy { Double($0)?.isFinite == true }, "\(row)")
      }
    }
    #expect(try rows(workplace, "out/weights.csv")[0].count == 1 + 15 + 1)
    let text = try workplace.text("out/tables.txt")
    #expect((4...7).allSatisfy { text.contains("Table \($0)") })

    let model = SFSegPlusPlus(channels: 15)
    let metadata = try model.load(from: workplace.file("out/model.safetensors")).metadata
    #expect(metadata["methods"]?.split(separator: ",").count == 15)
    for name in ["curves.png", "samples.png", "weights.png"] {
      #expect(try Image(contentsOf: workplace.file("out/\(name)")).width > 500, "\(name)")
    }
  }

  @Test func aFolderOfMethodsIsStudiedAndTheBestChannelsCountMost() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    let options = ["--data", "data", "--channels", "masks", "--longest-side", "48"]
    let outcome = try workplace.study(options + ["--epochs", "3", "--windows", "8", "--validate", "b"])
    #expect(outcome.exitCode == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
    #expect(outcome.output[0].contains("4 channels; 2 videos to learn from, 1 to choose by, 1 to report on"))
    #expect(workplace.files(in: "out") == Self.results)
    let weights = try rows(workplace, "out/weights.csv")
    #expect(weights[0] == ["input", "m4", "m3", "m2", "m1", "bias"], "the best first")
    let learned = weights[1].dropFirst().compactMap { Double($0) }
    #expect(learned[0] > learned[3], "\(learned)")
    #expect(try rows(workplace, "out/table7.csv")[0] == ["method", "estimated flow"])
    #expect(try rows(workplace, "out/table6.csv").last?[1] ?? "0" > "60")
  }

  @Test func aSeedDeterminesTheResults() throws {
    let workplace = try Workplace()
    let tables = try (0..<2).map { _ in
      let outcome = try workplace.study(
        Self.tiny + ["--frames", "3", "--windows", "4", "--training", "1", "--seed", "5"])
      #expect(outcome.exitCode == 0)
      #expect(outcome.output.first?.contains("1 videos to learn from") == true)
      return try workplace.text("out/tables.txt") + workplace.text("out/weights.csv")
    }
    #expect(tables[0] == tables[1])
  }

  @Test func interruptingSavesAndResumingGoesOn() throws {
    let workplace = try Workplace()
    let options = Array(Self.tiny.dropLast(4)) + ["--windows", "8"]
    let outcome = try workplace.study(options + ["--epochs", "4000"], interruptAt: "SFSeg++  1/4000")
    #expect(outcome.exitCode == 130 && !outcome.wasKilled)
    #expect(outcome.output.last?.hasPrefix("interrupted: ") == true, "\(outcome.output)")
    #expect(workplace.files(in: "out") == ["learned"])
    let learned = try workplace.text("out/learned/SFSeg++/log.csv")

    let resumed = try workplace.study(options + ["--epochs", "1", "--resume"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(workplace.files(in: "out") == Self.results)
    #expect(try workplace.text("out/learned/SFSeg++/log.csv") == learned, "it has had more epochs than one")
    let other = try workplace.study(options + ["--epochs", "1", "--resume", "--seed", "3"])
    #expect(other.exitCode == 1 && other.complaints.first?.contains("--seed 2016, not 3") == true)
  }
}
