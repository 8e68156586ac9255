import Foundation
import NN
import SFModels
import Tensor
import TestSupport
import Testing
import Vision

@Suite(.serialized, .enabled(if: ImageFormat.png.isBuiltIn)) struct CompareSiameseTests {
  private func workplace() throws -> Workplace {
    let place = try Workplace(for: "CompareSiamese")
    Tensor.randomState = 3
    func metadata(_ network: String) -> [String: String] {
      ["network": network, "preset": "tiny", "loss": "code", "distractors": "0.5"]
    }
    try SiamBroadcastRPN(.tiny).save(to: place.file("broadcast.safetensors"), metadata: metadata("broadcast"))
    try SiamConcatRPN(.tiny).save(to: place.file("concat.safetensors"), metadata: metadata("concat"))
    return place
  }

  private static let short = ["--videos", "1", "--frames", "3"]

  @Test func partsAreLeftOutOneByOne() throws {
    let place = try workplace()
    let outcome = try place.run(
      ["broadcast.safetensors", "concat.safetensors", "--output", "study"] + Self.short)
    #expect(outcome.exitCode == 0 && outcome.complaints == [], "\(outcome.errors)")
    #expect(place.files(in: "study") == ["overlays.png", "study.csv", "videos.csv"])
    let rows = try place.text("study/study.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows[0].joined(separator: ",") == "tracker,variant,overlap,success,lost,frames_per_second")
    let parts = ["", "no window", "no penalties", "neither", "nothing learned"]
    // A name holds a comma.
    #expect(rows.dropFirst().map { String($0[$0.count - 5]) } == parts + parts + ["no guide", "", ""])
    #expect(
      rows.dropFirst().allSatisfy { row in row.suffix(4).allSatisfy { Double($0).map { $0 >= 0 } == true } })
    #expect(rows[1][0].contains("SiamBroadcastRPN") && rows[12][0].contains("template"))
    #expect(outcome.output.contains { $0.contains("SiamConcatRPN, distractors 0.5") })
    let videos = try place.text("study/videos.csv").split(separator: "\n")
    #expect(videos.count == rows.count && videos[0] == "tracker,variant,video,overlap")
  }

  @Test func settingsAreChosenOneAfterTheOther() throws {
    let place = try workplace()
    let outcome = try place.run(["broadcast.safetensors", "--choose", "--output", "settings"] + Self.short)
    #expect(outcome.exitCode == 0 && outcome.complaints == [], "\(outcome.errors)")
    #expect(outcome.output.last?.hasPrefix("best: size rate ") == true, "\(outcome.output)")
    let lines = try place.text("settings/settings.csv").split(separator: "\n")
    #expect(lines[0] == "setting,value,overlap" && lines.count == 15 && lines[1].hasPrefix("size rate,0.05,"))
  }

  @Test func theClassicalOnesNeedNoModel() throws {
    let place = try workplace()
    let outcome = try place.run(Self.short)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    #expect(try place.text("runs/siamese-study/study.csv").split(separator: "\n").count == 3)
  }

  static let faults: [(arguments: [String], code: Int32, message: String)] = [
    (["--videos", "0"], 64, "--videos"), (["--frames", "1"], 64, "--frames"), (["--choose"], 64, "--choose"),
    (["none.safetensors"], 1, "none.safetensors"), (["unnamed.safetensors"], 1, "no model of TrainSiamese"),
    (["text.safetensors"], 1, "text.safetensors"), (["other.safetensors"], 1, "and"),
    (["damaged.safetensors"], 1, "damaged.safetensors"),
  ]

  /// A fault is one line, a short one where the weights are another network's.
  @Test(arguments: faults) func aFaultIsOneLine(_ fault: (arguments: [String], code: Int32, message: String))
    throws
  {
    let place = try workplace()
    try SiamBroadcastRPN(.tiny).save(to: place.file("unnamed.safetensors"))
    try SiamBroadcastRPN(.tiny).save(
      to: place.file("other.safetensors"), metadata: ["network": "rpn", "preset": "tiny"])
    try place.write(Array("no weights".utf8), to: "text.safetensors")
    try place.write(place.bytes(of: "broadcast.safetensors").dropLast(100), to: "damaged.safetensors")
    let outcome = try place.run(fault.arguments + (fault.code == 1 ? Self.short : []))
    #expect(outcome.exitCode == fault.code && !outcome.wasKilled, "\(outcome.errors)")
    #expect(outcome.errors.contains { $0.contains(fault.message) }, "\(outcome.errors)")
    if fault.code == 1 {
      #expect(outcome.complaints.count == 1 && outcome.complaints[0].count < 500, "\(outcome.errors)")
    }
  }

  /// Weights that are not numbers give boxes all the same.
  @Test func weightsThatAreNoNumbersAreFollowedNowhere() throws {
    let place = try workplace()
    let network = SiamBroadcastRPN(.tiny)
    for parameter in network.parameters { parameter.update { $0 = Tensor(repeating: .nan, shape: $0.shape) } }
    try network.save(
      to: place.file("nan.safetensors"), metadata: ["network": "broadcast", "preset": "tiny", "loss": "code"])
    let outcome = try place.run(["nan.safetensors"] + Self.short)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
  }
}
