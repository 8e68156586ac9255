import Foundation
import TestSupport
import Testing

/// A training that is killed, again and again, while it writes its files.
@Suite(.enabled(if: hasCodecs)) struct KillTests {
  @Test func killingAndResumingEndsAsIfNothingHadHappened() throws {
    let workplace = try Workplace()
    try workplace.writeData()
    let epochs = ["--epochs", "3"]
    #expect(try workplace.train(output: "straight", epochs).exitCode == 0)

    // An epoch writes the log, the weights where they are the best, the state, then two pictures.
    for count in [2, 1, 3, 5, 4] {
      var unfinished: Set<String> = []
      let outcome = try workplace.train(output: "killed", epochs + resumption(workplace)) {
        unfinished.formUnion(workplace.files(in: "killed").filter { $0.hasSuffix(".part") })
        return unfinished.count >= count
      }
      #expect(outcome.wasKilled && outcome.exitCode == SIGKILL, "\(count): \(outcome.errors)")
    }
    let outcome = try workplace.train(output: "killed", epochs + resumption(workplace))
    #expect(outcome.exitCode == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")

    // The curves are drawn from the log, whose numbers a resumed run has read with six digits.
    for name in ["model.safetensors", "last.safetensors", "samples.png"] {
      let isSame = try workplace.bytes(of: "straight/\(name)") == workplace.bytes(of: "killed/\(name)")
      #expect(isSame, "\(name)")
    }
    // But for the last column, the seconds.
    let logs = try ["straight", "killed"].map { folder in
      try workplace.text("\(folder)/log.csv").split(separator: "\n").map {
        $0.split(separator: ",").dropLast().joined(separator: ",")
      }
    }
    #expect(logs[0] == logs[1])
    let left = workplace.files(in: "killed").filter { !$0.hasPrefix("events.out.tfevents.") }
    #expect(left == TrainingTests.results)
  }

  private func resumption(_ workplace: Workplace) -> [String] {
    workplace.files(in: "killed").contains("last.safetensors") ? ["--resume", "killed/last.safetensors"] : []
  }
}
