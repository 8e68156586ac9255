import NN
import Tensor
import Testing
import Vision

@testable import Datasets

@Suite struct BoxGuidedSamplesTests {
  private let video = BoxVideo(tracks: [
    1: (0..<10).map { Box(x: Double(4 + 3 * $0), y: 8, width: 16, height: 12) },
    2: (0..<10).map { $0 == 5 ? nil : Box(x: 40, y: Double(2 * $0), width: 8, height: 8) },
  ])

  private func samples(_ curriculum: BoxCurriculum = BoxCurriculum(), trackerBoxes: TrackerBoxes? = nil)
    throws -> BoxGuidedSamples
  {
    try BoxGuidedSamples([video], longestSide: 32, curriculum: curriculum, trackerBoxes: trackerBoxes)
  }

  @Test func eachObjectOfEachFrameIsASample() throws {
    let samples = try samples()
    #expect(samples.count == 20)
    #expect(samples.source(of: 13) == ("boxes", 2, 3))
    #expect((samples.width, samples.height) == (32, 32), "20×32, rounded up to multiples of 16")
  }

  @Test func plainSamplesKeepTheFrameAndPadTheRest() throws {
    let sample = try samples().plain(2)
    #expect((sample.image.width, sample.image.height) == (32, 32))
    #expect(sample.box == Box(x: 5, y: 4, width: 8, height: 6), "half the frame's size")
    #expect(sample.truth.boundingBox == sample.box)
    #expect(sample.boxMask == sample.truth)
    #expect(sample.image[8, 6, 0] == 200)
    #expect(sample.image[8, 25, 0] == 0)
  }

  @Test func aHiddenObjectHasNoBoxInAPlainSample() throws {
    let sample = try samples().plain(15)
    #expect(sample.box == nil)
    #expect(sample.boxMask.area == 0)
    #expect(sample.truth.area == 0)
  }

  @Test func augmentationDependsOnTheGeneratorAlone() throws {
    var (a, b, c) = (SeededGenerator(seed: 1), SeededGenerator(seed: 1), SeededGenerator(seed: 2))
    let first = try samples().augmented(3, step: 500, using: &a)
    let again = try samples().augmented(3, step: 500, using: &b)
    let other = try samples().augmented(3, step: 500, using: &c)
    #expect(first.image == again.image && first.truth == again.truth && first.box == again.box)
    #expect(first.image != other.image)
  }

  @Test func imageBoxAndTruthMoveTogether() throws {
    for seed in 0..<40 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let sample = try samples().augmented(seed % 10, step: 0, using: &generator)
      #expect((sample.image.width, sample.image.height) == (32, 32))
      #expect(sample.truth.area > 0, "the object stays in view")
      let box = sample.boxMask
      #expect(box.iou(sample.truth) > 0.75, "a filled box, up to rounding: \(box.iou(sample.truth))")
      let inside = zip(sample.truth.values, 0...).filter { $0.0 == 1 }.map {
        Double(sample.image.pixels[3 * $0.1])
      }
      let outside = zip(sample.truth.values, 0...).filter { $0.0 == 0 }.map {
        Double(sample.image.pixels[3 * $0.1])
      }
      let mean = { (values: [Double]) in values.reduce(0, +) / Double(max(values.count, 1)) }
      #expect(mean(inside) > mean(outside) + 40, "the bright object lies under the truth")
    }
  }

  @Test func anotherFrameIsTakenWhereTheObjectIsHidden() throws {
    var generator = SeededGenerator(seed: 4)
    #expect(try samples().augmented(15, step: 0, using: &generator).truth.area > 0)
  }

  @Test func theCurriculumStartsWithTheTruthAndEndsWithFaults() throws {
    let curriculum = BoxCurriculum(truthSteps: 20, growthSteps: 100, faultyShare: 0.8)
    #expect((0..<20).allSatisfy { curriculum.share(at: $0) == 0 })
    #expect(curriculum.share(at: 20) > 0)
    #expect(curriculum.share(at: 69) == 0.4)
    #expect(curriculum.share(at: 10_000) == 0.8)

    /// The share of 300 samples whose box is not the truth's.
    func faults(at step: Int) throws -> Double {
      let parent = SeededGenerator(seed: 8)
      let count = try (0..<300).count { draw in
        var generator = parent.fork(draw)
        let sample = try samples(curriculum).augmented(draw % 10, step: step, using: &generator)
        return sample.boxMask.iou(sample.truth) < 0.75
      }
      return Double(count) / 300
    }
    #expect(try faults(at: 19) == 0)
    #expect(try (0.35..<0.8).contains(faults(at: 10_000)), "some faults are slight")
  }

  @Test func trackersBoxesAreUsedWhereGiven() throws {
    let folder = try TemporaryFolder()
    let far = "0,32,4,4\n"
    try folder.write(String(repeating: far, count: 10), to: "KCF/boxes-1.txt")
    let trackers = try TrackerBoxes(contentsOf: folder.url, for: [video])
    let curriculum = BoxCurriculum(truthSteps: 0, growthSteps: 1, faultyShare: 1)
    let parent = SeededGenerator(seed: 8)
    let tracked = try (0..<200).count { draw in
      var generator = parent.fork(draw)
      let sample = try samples(curriculum, trackerBoxes: trackers).augmented(3, step: 1, using: &generator)
      guard let box = sample.box else { return false }
      return abs(box.height / box.width - 1) < 0.2 && box.area < 16
    }
    #expect((70..<130).contains(tracked), "half of the faults: \(tracked)")
  }

  @Test func batchesHoldColoursBoxesAndTruthChannelsLast() throws {
    let samples = try samples()
    let batch = BoxGuidedBatch([try samples.plain(0), try samples.plain(2)])
    #expect(batch.images.shape == [2, 32, 32, 3] && batch.truth.shape == [2, 32, 32, 1])
    #expect(batch.boxes == batch.samples.map(\.box))
    #expect(abs(batch.images[1, 6, 8, 0].item - 200 / 255) < 1e-6)
    #expect(batch.truth[1, 6, 8, 0].item == 1 && batch.truth[1, 22, 8, 0].item == 0)
  }

  @Test func onlyAnnotatedFramesAreSamples() throws {
    struct Sparse: MaskAnnotated {
      let video: BoxVideo
      let annotatedFrames = [0, 3, 6, 9]
      var name: String { video.name }
      var frameCount: Int { video.frameCount }
      func image(_ frame: Int) throws -> Image { try video.image(frame) }
      func masks(_ frame: Int) -> IndexedImage? {
        annotatedFrames.contains(frame) ? video.masks(frame) : nil
      }
    }
    let sparse = Sparse(video: video)
    #expect(try sparse.objects == [1, 2] && sparse.size(0) == (40, 64))
    #expect(try sparse.mask(1, object: 1) == nil)
    let samples = try BoxGuidedSamples(
      [sparse], longestSide: 32, frameStep: 2,
      curriculum: BoxCurriculum(truthSteps: 0, growthSteps: 1, faultyShare: 1))
    #expect((0..<samples.count).map { samples.source(of: $0).frame } == [0, 6, 0, 6])
    for seed in 0..<40 {
      var generator = SeededGenerator(seed: UInt64(seed))
      #expect(try samples.augmented(seed % 4, step: 9, using: &generator).truth.area > 0)
    }
  }

  @Test func aLoaderYieldsTheSameBatchesEachTime() throws {
    let samples = try samples()
    let loader = DataLoader(count: samples.count, batchSize: 4, seed: 6) { index, step, generator in
      try samples.augmented(index, step: step, using: &generator)
    } collate: {
      BoxGuidedBatch($0)
    }
    func epoch() throws -> [[Float]] {
      try loader.batches(epoch: 1).map { try $0.get().images.array(of: Float.self) }
    }
    let first = try epoch()
    #expect(first.count == 5)
    #expect(try epoch() == first)
  }
}
