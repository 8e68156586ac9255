import Testing
import Vision

@testable import Datasets

@Suite struct SyntheticVideosTests {
  private func videos(seed: UInt64, sequences: Int) -> [SyntheticSequence] {
    SyntheticVideos(seed: seed, sequences: sequences, frames: 6, height: 48, width: 80).sequences
  }

  @Test func framesDependOnSeedSequenceAndFrameAlone() throws {
    let first = videos(seed: 1, sequences: 2)
    let again = videos(seed: 1, sequences: 3)
    #expect(first[1].image(4) == again[1].image(4), "whatever was drawn before, and however many there are")
    #expect(first[1].mask(4, object: 1) == again[1].mask(4, object: 1))
    #expect(first[1].image(4) != first[1].image(3))
    #expect(first[1].image(4) != first[0].image(4))
    #expect(first[1].image(4) != videos(seed: 2, sequences: 2)[1].image(4))
  }

  @Test func sequencesHaveTheSizeAskedForAndNamesOfTheirOwn() {
    let sequences = videos(seed: 1, sequences: 3)
    #expect(sequences.map(\.name) == ["synthetic-000", "synthetic-001", "synthetic-002"])
    for sequence in sequences {
      let (image, mask) = (sequence.image(0), sequence.mask(0, object: 1))
      #expect((image.width, image.height, image.channels) == (80, 48, 3))
      #expect((mask.width, mask.height) == (80, 48))
      #expect(sequence.frameCount == 6)
      #expect(sequence.objects.count >= 2, "the leading object and a look-alike")
    }
  }

  @Test func objectsDoNotOverlapAndMove() {
    let sequence = videos(seed: 3, sequences: 1)[0]
    let masks = sequence.objects.map { sequence.mask(2, object: $0).values }
    let seen = (0..<80 * 48).map { pixel in masks.count { $0[pixel] == 1 } }
    #expect(seen.max() == 1)
    #expect(sequence.mask(0, object: 1) != sequence.mask(5, object: 1))
  }

  @Test func theLeaderOfEverySecondVideoLeavesAndComesBack() {
    func videos(absences: Bool) -> [SyntheticSequence] {
      SyntheticVideos(seed: 4, sequences: 6, frames: 41, height: 48, width: 80, absences: absences).sequences
    }
    for (index, (video, staying)) in zip(videos(absences: true), videos(absences: false)).enumerated() {
      let isSeen = (0..<41).map { video.mask($0, object: video.leader).area > 0 }
      if index % 2 == 0 {
        #expect(video.masks(20) == staying.masks(20))
      } else {
        #expect(isSeen[18...24].allSatisfy { !$0 } && isSeen[0] && isSeen[40], "\(isSeen)")
        #expect(video.image(0) == staying.image(0) && video.image(40) == staying.image(40))
      }
    }
  }

  @Test func theWholeAreaIsThatOfWhatIsHiddenToo() {
    for video in videos(seed: 6, sequences: 4) {
      for object in video.objects {
        let (seen, whole) = (video.mask(3, object: object).area, video.wholeArea(3, object: object))
        #expect(seen <= whole + whole / 20, "but for rounding at the contour")
      }
      // Whoever is drawn last before the occluders is hidden by these alone.
      let front = video.objects.map { object in
        Double(video.mask(3, object: object).area) / Double(video.wholeArea(3, object: object))
      }
      #expect(front.max()! > 0.9)
    }
  }

  /// A data set whose boxes nearly give away the masks would teach nothing.
  @Test func boxesAloneDoNotGiveTheMasks() {
    var overlaps: [Double] = []
    for sequence in videos(seed: 5, sequences: 12) {
      for object in sequence.objects {
        let mask = sequence.mask(3, object: object)
        guard let box = mask.boundingBox else { continue }
        overlaps.append(Mask(box, height: 48, width: 80).iou(mask))
      }
    }
    #expect(overlaps.count > 24)
    let mean = overlaps.reduce(0, +) / Double(overlaps.count)
    #expect((0.4..<0.68).contains(mean), "\(mean)")
  }
}
