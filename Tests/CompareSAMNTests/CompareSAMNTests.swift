import Datasets
import Foundation
import NN
import SFModels
import TestSupport
import Testing
import Vision

@Suite struct CompareSAMNTests {
  @Test func eachPartIsLeftOut() throws {
    let place = try Workplace(for: "CompareSAMN")
    try SAMN(.small).save(to: place.file("model.safetensors"), metadata: ["preset": "small"])
    let options = ["model.safetensors", "--videos", "1", "--frames", "2"]
    let outcome = try place.run(options)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let lines = try place.text("runs/samn-study/study.csv").split(separator: "\n")
    #expect(lines.count == 7 && lines[0] == "variant,AO,J" && lines[1].hasPrefix("whole,"))
    // VOT's figures beside them; two frames are too few for an expected overlap.
    #expect(try place.run(options + ["--vot", "--output", "vot"]).exitCode == 0)
    let rows = try place.text("vot/study.csv").split(separator: "\n")
    #expect(rows[0] == "variant,AO,J,accuracy,robustness,EAO" && rows[1].hasPrefix(lines[1] + ","))
    #expect(rows[1].hasSuffix(","))
    let run = try VOTTrajectory(
      contentsOf: place.file("vot/whole/baseline/synthetic-000/synthetic-000_001.txt"))
    #expect(run.entries.count == 2 && run.entries[0] == .initialization)
    for (fault, code) in [(["--videos", "0"], 64), (["--sequences", "a"], 64), (["--data", "none"], 1)] {
      #expect(try place.run(options + fault).exitCode == Int32(code))
    }
    #expect(try place.run(["none.safetensors"]).exitCode == 1)
  }
}
