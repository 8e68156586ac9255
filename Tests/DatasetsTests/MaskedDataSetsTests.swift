import Datasets
import Testing
import Vision

@Suite struct MaskedDataSetsTests {
  private let videos = SyntheticVideos(seed: 1, sequences: 20, frames: 2, height: 16, width: 24)

  @Test func holdsOutTheLastOfEachSetUnlessToldOtherwise() throws {
    let sets = try MaskedDataSets([MaskedDataSets.synthetic], synthetic: videos)
    let (kept, held) = try sets.holdingOut(nil, orLast: 1 / 16)
    #expect(kept.map(\.count) == [18] && held.map(\.name) == ["synthetic-018", "synthetic-019"])
    let named = try sets.holdingOut(["synthetic-003"], orLast: 1 / 16)
    #expect(named.kept.map(\.count) == [19] && named.held.map(\.name) == ["synthetic-003"])
  }

  @Test(.enabled(if: hasCodecs)) func setsStayApart() throws {
    let folder = try TemporaryFolder()
    for name in ["bear", "car", "dog"] {
      for frame in ["00000", "00001"] {
        try Image(height: 12, width: 20).write(to: folder.file("JPEGImages/480p/\(name)/\(frame).jpg"))
        try Mask(Box(x: 2, y: 3, width: 5, height: 4), height: 12, width: 20).image
          .write(to: folder.file("Annotations/480p/\(name)/\(frame).png"))
      }
    }
    let sets = try MaskedDataSets(["synthetic", folder.url.path], synthetic: videos)
    #expect(sets.identity == "synthetic,\(folder.url.standardizedFileURL.path)")
    let (kept, held) = try sets.holdingOut(nil, orLast: 1 / 16)
    #expect(kept.map(\.count) == [18, 2] && held.map(\.name).last == "dog")
    #expect(try sets.holdingOut(["bear", "car", "dog"], orLast: 1).kept.map(\.count) == [20])
  }

  @Test func tellsWhatIsMissing() throws {
    let sets = try MaskedDataSets(["synthetic"], synthetic: videos)
    #expect(throws: DatasetError.nothingToTrainOn) { try sets.holdingOut(nil, orLast: 1) }
    #expect { try sets.holdingOut(["cow"], orLast: 1) } throws: { "\($0)".hasPrefix("no sequence 'cow'") }
    #expect(throws: (any Error).self) { try MaskedDataSets(["nowhere"], synthetic: videos) }
  }
}
