import Foundation
import NN
import Tensor
import TestSupport
import Testing

@testable import Distributed

/// Real jobs of a few processes, of the program DistributedJob.
@Suite(.serialized, .enabled(if: hasMPI, "\(needsMPI)")) struct JobTests {
  private let place: Workplace

  init() throws { place = try Workplace(for: "DistributedJob") }

  private func lines(_ job: String, _ processes: Int = 2) throws -> [String] {
    let outcome = try place.run([job], processes: processes)
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    return outcome.output
  }

  @Test(arguments: [2, 4]) func numbersTensorsAndValuesGoRound(_ processes: Int) throws {
    #expect(try lines("exchange", processes) == ["exchanged by \(processes)"])
  }

  @Test(arguments: [2, 4]) func meansOfPartsAreTheGradientsOfTheWhole(_ processes: Int) throws {
    let differences = try lines("gradients", processes)
    #expect(differences.count == 3)
    for line in differences { #expect(Double(line.split(separator: " ")[1])! < 1e-12) }
  }

  @Test func gradientsAreTheSameBitsInEachProcessAndEachRun() throws {
    #expect(try lines("repeated", 3) == lines("repeated", 3))
  }

  @Test func parametersWithoutGradientsCountAsZeros() throws {
    #expect(try lines("branches") == ["branches of 2"])
  }

  @Test func synchronisedNormsGoByTheWholeBatch() throws {
    let line = try lines("norms")[0]
    #expect(Double(line.split(separator: " ")[1])! < 1e-12)
  }

  @Test func processesOfOneHostShareItsProcessors() throws {
    let all = try lines("place")[0].split(separator: "; ")
    #expect(all.count == 2)
    if Threads.processors().count >= 2 { #expect(all[0] != all[1]) }
  }

  @Test func differentParametersAreNamed() throws {
    let outcome = try place.run(["differing"], processes: 2)
    #expect(outcome.exitCode == 1)
    let text = "Error: the processes differ in the parameters whose gradients they average"
    #expect(outcome.errors.first == text)
  }

  @Test func waitingForDifferentThingsIsTold() throws {
    let outcome = try place.run(["divided"], processes: 2)
    #expect(outcome.exitCode == 1)
    #expect(
      outcome.errors == [
        "Error: the processes wait for different things: rank 0 for a score, "
          + "rank 1 for the gradients of bias and 1 more"
      ])
  }
}

/// Runs of training.
@Suite(.serialized, .enabled(if: hasMPI, "\(needsMPI)")) struct TrainingJobTests {
  private let place: Workplace

  init() throws { place = try Workplace(for: "DistributedJob") }

  private func weights(_ outcome: Workplace.Outcome) throws -> [Double] {
    #expect(outcome.exitCode == 0, "\(outcome.errors)")
    let line = try #require(outcome.output.last)
    return line.split(separator: " ").dropFirst().map { Double($0)! }
  }

  @Test func twoProcessesTakeTheStepsOfOne() throws {
    let one = try place.run(["train", "one", "2", "4"])
    let two = try place.run(["train", "two", "2", "4"], processes: 2)
    for (a, b) in zip(try weights(one), try weights(two)) { #expect(abs(a - b) < 1e-12) }
    // One process writes and speaks.
    #expect(two.output.count == one.output.count)
    #expect(place.files(in: "two").count == 4)
  }

  @Test func aRunGoesOnInAnotherNumberOfProcesses() throws {
    let whole = try place.run(["train", "whole", "3", "4"])
    _ = try place.run(["train", "moved", "2", "4"], processes: 2)
    let rest = try place.run(["train", "moved", "3", "4", "resume"])
    for (a, b) in zip(try weights(whole), try weights(rest)) { #expect(abs(a - b) < 1e-12) }
  }

  @Test func aBatchThatCannotBeDividedIsRefused() throws {
    let outcome = try place.run(["train", "odd", "1", "3"], processes: 2)
    #expect(outcome.exitCode == 1)
    #expect(outcome.complaints.contains { $0.contains("a batch of 3 can't be divided among 2 processes") })
  }

  @Test func aProcessThatDiesEndsAllAndIsNamed() throws {
    // A launcher gives the others a second to end, which may be short beside other tests.
    let outcome = try place.run(
      ["die", "run", "3", "4"], processes: 2, environment: ["OMPI_MCA_odls_base_sigkill_timeout": "20"])
    #expect(outcome.exitCode != 0)
    #expect(
      outcome.complaints == [
        "Error: rank 1 of 2 died; the others waited for the gradients of bias and 1 more at epoch 2, step 2"
      ])
    // What was saved goes on.
    let rest = try place.run(["train", "run", "2", "4", "resume"], processes: 2)
    let whole = try place.run(["train", "whole", "2", "4"], processes: 2)
    #expect(try weights(rest) == weights(whole))
  }

  @Test func aProcessThatHangsEndsAllAndIsNamed() throws {
    let outcome = try place.run(
      ["hang", "run", "3", "4"], processes: 2, environment: ["SFVIDEO_TIME_LIMIT": "0.5"])
    #expect(outcome.exitCode != 0)
    #expect(outcome.complaints.count == 1)
    #expect(outcome.complaints[0].contains("rank 1 of 2 did not come for"))
    #expect(outcome.complaints[0].hasSuffix("the gradients of bias and 1 more at epoch 2, step 2"))
    _ = try SafeTensors(contentsOf: place.folder.appending(path: "run/last.safetensors"))
  }
}
