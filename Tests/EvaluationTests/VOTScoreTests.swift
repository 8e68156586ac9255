import Foundation
import TestSupport
import Testing
import Vision

@testable import Evaluation

/// Beside what the public toolkits computed: `Tests/Fixtures/vot_scores.py`.
@Suite struct VOTScoreTests {
  private struct Fixture: Decodable {
    struct Overlap: Decodable {
      let a, b: String
      let toolkit: Double
      let library: Double?
    }
    struct Reset: Decodable {
      struct Sequence: Decodable {
        let truth: [String]
        let runs: [[String]]
      }
      let sequences: [Sequence]
      let accuracy, failures, robustness, eao: Double
    }
    struct MultiStart: Decodable {
      struct Sequence: Decodable {
        let truth: [String]
        let anchors: [Int]
        let runs: [String: [String]]
      }
      let sequences: [Sequence]
      let accuracy, robustness, eao: Double
      let curve: [Double]
    }
    let size: [Int]
    let lengths: [Int]
    let overlaps: [Overlap]
    let reset: Reset
    let multiStart: MultiStart

    static func load() throws -> Fixture {
      try JSONDecoder().decode(
        Fixture.self, from: Data(contentsOf: TestSupport.Fixture.url("vot_scores.json")))
    }
  }

  private func entries(_ lines: [String]) throws -> [VOTRegion] {
    try lines.map { try #require(VOTRegion($0)) }
  }

  @Test func overlapsAgreeWithBothToolkits() throws {
    let fixture = try Fixture.load()
    let image = PixelWindow(lastColumn: fixture.size[0] - 1, lastRow: fixture.size[1] - 1)
    for pair in fixture.overlaps {
      let (a, b) = (try #require(VOTRegion(pair.a)?.region), try #require(VOTRegion(pair.b)?.region))
      let toolkit = a.overlap(b, within: image, .toolkit)
      #expect(abs(toolkit! - pair.toolkit) < 1e-12, "\(pair.a) \(pair.b)")
      if let library = pair.library {
        #expect(abs(a.overlap(b, within: image, .library)! - library) < 1e-6, "\(pair.a) \(pair.b)")
      }
    }
    #expect(fixture.overlaps.count { $0.library != nil && $0.toolkit > 0.1 } > 20)
  }

  @Test func resetScoresAgreeWithTheToolkit() throws {
    let fixture = try Fixture.load()
    let size = (height: fixture.size[1], width: fixture.size[0])
    let score = VOTResetScore(
      try fixture.reset.sequences.map { sequence in
        try sequence.runs.map {
          VOTResetRun(
            try entries($0), truth: try entries(sequence.truth), size: size)
        }
      })
    #expect(abs(score.accuracy - fixture.reset.accuracy) < 1e-6)
    #expect(abs(score.failures - fixture.reset.failures) < 1e-12 && score.failures > 0)
    #expect(abs(score.robustness - fixture.reset.robustness) < 1e-12)
    #expect(score.frameCount == 188)
    #expect(abs(score.reliability() - exp(-30 * score.failures / 188)) < 1e-12)
    let average = score.expectedAverageOverlap(fixture.lengths[0]...fixture.lengths[1])
    #expect(abs(average! - fixture.reset.eao) < 1e-6)
    #expect(score.expectedAverageOverlap(84...90) == nil)
  }

  @Test func multiStartScoresAgreeWithTheToolkit() throws {
    let fixture = try Fixture.load()
    let sequences = try fixture.multiStart.sequences.map { sequence in
      let truth = try entries(sequence.truth)
      let runs = try sequence.anchors.indices.filter { sequence.anchors[$0] != 0 }.map { anchor in
        let shown =
          sequence.anchors[anchor] > 0 ? Array(truth[anchor...]) : Array(truth[...anchor].reversed())
        return VOTMultiStartRun(
          try entries(sequence.runs["\(anchor)"]!), truth: shown,
          size: (height: fixture.size[1], width: fixture.size[0]))
      }
      return (frameCount: truth.count, runs: runs)
    }
    let score = VOTMultiStartScore(sequences, length: fixture.lengths[1])
    #expect(abs(score.accuracy - fixture.multiStart.accuracy) < 1e-9)
    #expect(abs(score.robustness - fixture.multiStart.robustness) < 1e-9 && score.robustness < 0.9)
    #expect(zip(score.expectedOverlap, fixture.multiStart.curve).allSatisfy { abs($0 - $1) < 1e-9 })
    let average = score.expectedAverageOverlap(fixture.lengths[0]...fixture.lengths[1])
    #expect(abs(average! - fixture.multiStart.eao) < 1e-9)
  }

  @Test func regionsOfOddKindsHaveAnOverlap() {
    let image = PixelWindow(lastColumn: 99, lastRow: 79)
    let box = Region.box(Box(x: 10, y: 10, width: 20, height: 20))
    for kind in [RegionRasterization.library, .toolkit] {
      #expect(box.overlap(box, within: image, kind) == 1)
      #expect(box.overlap(.box(Box(x: .nan, y: 0, width: 1, height: 1)), within: image, kind) == nil)
      #expect(
        box.overlap(.polygon([Point(0, .infinity), Point(1, 1), Point(2, 0)]), within: image, kind) == nil)
      #expect(
        box.overlap(.box(Box(x: -1e300, y: -1e300, width: 2e300, height: 2e300)), within: nil, kind) == 0)
      let mask = Region.mask(
        Mask(Box(x: 0, y: 0, width: 20, height: 10), height: 10, width: 20), x: 10, y: 10)
      #expect(abs(box.overlap(mask, within: image, kind)! - 0.5) < 0.05)
    }
    let farBox = Region.box(Box(x: 1e9, y: 1e9, width: 20, height: 20))
    #expect(farBox.overlap(box, within: image, .library) == 0)
    #expect(farBox.overlap(box, within: image, .toolkit) == 0)
  }

  @Test func nothingIsScoredWithoutAFault() {
    let none = VOTResetScore([])
    #expect(none.accuracy == 0 && none.robustness == 0 && none.expectedAverageOverlap(1...2) == nil)
    #expect(VOTMultiStartScore([]).robustness == 0)
    let one = VOTResetRun(
      [.initialization], truth: [.region(.box(Box(x: 0, y: 0, width: 9, height: 9)))], size: nil)
    #expect(VOTResetScore([[one]]).expectedOverlap == [1])
  }
}
