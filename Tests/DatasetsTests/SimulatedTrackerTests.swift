import Testing
import Vision

@testable import Datasets

@Suite struct SimulatedTrackerTests {
  /// A target that walks to the right at a tenth of its size a frame, and a look-alike beside it.
  private let truth: [Int: [Box?]] = [
    1: (0..<400).map { Box(x: 10 + 2 * Double($0), y: 50, width: 20, height: 20) },
    2: (0..<400).map { Box(x: 10 + 2 * Double($0), y: 80, width: 20, height: 20) },
  ]

  private func track(_ name: String, seed: UInt64 = 1) throws -> [Box] {
    let tracker = try #require(SimulatedTracker.all.first { $0.name == name })
    return SimulatedTrack(tracker, target: 1, truth: truth, seed: seed).boxes.compactMap { $0 }
  }

  private func overlaps(_ boxes: [Box], with object: Int = 1) -> [Double] {
    zip(boxes, truth[object]!).map { $0.iou($1!) }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test func aTrackIsDeterminedByNameAndSeed() throws {
    #expect(try track("steady") == track("steady"))
    #expect(try track("steady") != track("steady", seed: 2))
    #expect(try track("steady") != track("drifting"))
  }

  @Test func allStartOnTheTruthAndTheSteadyOneStays() throws {
    for tracker in SimulatedTracker.all { #expect(try track(tracker.name)[0] == truth[1]![0]) }
    let overlaps = overlaps(try track("steady"))
    #expect((0.65..<0.85).contains(mean(overlaps)), "\(mean(overlaps))")
    #expect(overlaps.min()! > 0.2)
  }

  @Test func errorsAreInPartTheVideos() throws {
    let (a, b) = (try track("steady"), try track("drifting"))
    let pairs = zip(zip(a, b), truth[1]!).map { ($0.0.height - $1!.height, $0.1.height - $1!.height) }
    let product = mean(pairs.map { $0.0 * $0.1 }) - mean(pairs.map(\.0)) * mean(pairs.map(\.1))
    let variances = [pairs.map(\.0), pairs.map(\.1)].map { mean($0.map { $0 * $0 }) - mean($0) * mean($0) }
    let correlation = product / (variances[0] * variances[1]).squareRoot()
    #expect((0.2..<0.8).contains(correlation), "\(correlation)")
  }

  @Test func eachErrsInItsOwnWay() throws {
    func offsets(_ boxes: [Box]) -> [Double] { zip(boxes, truth[1]!).map { $0.centerX - $1!.centerX } }
    let steady = try track("steady")
    let drift = try track("drifting")
    #expect(mean(offsets(drift).map(abs)) > 2 * mean(offsets(steady).map(abs)))

    #expect(abs(mean(offsets(try track("lagging"))) + 6) < 1, "three frames of two pixels late")
    #expect(abs(mean(offsets(steady))) < 1)

    let scaled = try track("misscaling").map { $0.area.squareRoot() / 20 }
    #expect(mean(scaled) > 1.15 && scaled.max()! > 1.5)

    let losing = try (1...5).map { try overlaps(track("losing", seed: $0)) }
    let lost = losing.joined().count { $0 < 0.1 }
    #expect(lost > 100 && lost < 1000, "\(lost) of 2000 frames")
    let jumping = try track("jumping")
    let others = overlaps(jumping, with: 2).count { $0 > 0.5 }
    #expect(others > 40 && others < 300, "\(others)")
  }

  @Test func whoIsAwayIsWaitedForAndFoundAgain() throws {
    var away = truth
    for frame in 0..<3 { away[1]![frame] = nil }
    for frame in 100..<150 { away[1]![frame] = nil }
    let tracker = try #require(SimulatedTracker.all.first)
    let track = SimulatedTrack(tracker, target: 1, truth: away, seed: 3)
    #expect(track.boxes[..<3].allSatisfy { $0 == nil } && track.boxes[3] == away[1]![3])
    #expect(track.sources[3]! == (1, 3) && track.sources[120]! == (1, 99))
    #expect(abs(track.boxes[120]!.centerX - away[1]![99]!.centerX) < 10, "it stays where it lost the target")
    let found = (150..<400).first { track.boxes[$0]!.iou(away[1]![$0]!) > 0.5 }
    #expect(found != nil && found! > 150, "it looks for it first")
    #expect(track.boxes[399]!.iou(away[1]![399]!) > 0.3)
  }
}
