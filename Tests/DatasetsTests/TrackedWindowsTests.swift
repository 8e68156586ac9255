import Datasets
import Tensor
import Testing
import Vision

@Suite struct TrackedWindowsTests {
  private static let videos = SyntheticVideos(seed: 3, sequences: 2, frames: 5, height: 20, width: 36)
    .sequences
  private static let simulated = Array(SimulatedTracker.all.prefix(3))

  @Test func aWindowEndsWithItsFrame() throws {
    let boxes = try TrackerBoxes(simulating: Self.simulated, on: Self.videos, seed: 1)
    let windows = try TrackedWindows(Self.videos, trackerBoxes: boxes, length: 3, longestSide: 18)
    #expect(windows.height == 16 && windows.width == 24, "multiples of 8 about 10×18")
    #expect(windows.count == Self.videos.reduce(0) { $0 + 5 * $1.objects.count })
    let first = try windows.window(0)
    #expect(
      first.images.count == 3 && first.images[0] == first.images[2],
      "in front of the first frame it is repeated")
    #expect(first.boxes.allSatisfy { $0.count == 3 })

    let index = try #require((0..<windows.count).first { windows.source(of: $0).frame == 4 })
    let (window, source) = (try windows.window(index), windows.source(of: index))
    let sequence = try #require(Self.videos.first { $0.name == source.sequence })
    for (position, frame) in (2...4).enumerated() {
      #expect(
        window.images[position]
          == sequence.image(frame).resized(height: 10, width: 18)
          .cropped(x: 0, y: 0, height: 16, width: 24))
      let expected = boxes.boxes(sequence: source.sequence, object: source.object, frame: frame)
        .map { $0?.scaled(x: 0.5, y: 0.5) }
      #expect(window.boxes[position] == expected)
    }
    let truth = sequence.mask(4, object: source.object).resized(height: 10, width: 18)
    #expect(window.truth == truth.cropped(x: 0, y: 0, height: 16, width: 24))
  }

  @Test func smallFramesAreNotEnlarged() throws {
    let boxes = try TrackerBoxes(simulating: Self.simulated, on: Self.videos, seed: 1)
    let windows = try TrackedWindows(Self.videos, trackerBoxes: boxes, length: 1)
    #expect(windows.height == 24 && windows.width == 40)
  }

  @Test func aMirroredWindowIsMirroredAltogether() throws {
    let boxes = try TrackerBoxes(simulating: Self.simulated, on: Self.videos, seed: 1)
    let window = try TrackedWindows(Self.videos, trackerBoxes: boxes, length: 2).window(7)
    let mirrored = window.flippedHorizontally()
    #expect(mirrored.images[1] == window.images[1].flippedHorizontally())
    for (a, b) in zip(mirrored.boxes.joined(), window.boxes.joined()) {
      #expect(a.map { 40 - $0.maxX } == b?.x && a?.width == b?.width && a?.y == b?.y)
    }
    #expect(mirrored.flippedHorizontally().truth == window.truth)
    let batch = TrackedBatch([window, mirrored])
    #expect(batch.images.shape == [2, 2, 24, 40, 3] && batch.truth.shape == [2, 24, 40, 1])
    let box = try #require(window.trueBox)
    #expect(batch.trueBoxes[0].sum().item == box.width * box.height)
  }

  /// A video of which every fourth frame is annotated.
  private struct Sparse: MaskAnnotated {
    let whole: any MaskAnnotated
    var name: String { whole.name }
    var frameCount: Int { whole.frameCount }
    var annotatedFrames: [Int] { Array(stride(from: 0, to: frameCount, by: 4)) }
    func image(_ frame: Int) throws -> Image { try whole.image(frame) }
    func masks(_ frame: Int) throws -> IndexedImage? {
      frame.isMultiple(of: 4) ? try whole.masks(frame) : nil
    }
  }

  @Test func betweenAnnotatedFramesTrackersGoOn() throws {
    let whole = SyntheticVideos(seed: 3, sequences: 1, frames: 14, height: 40, width: 72).sequences[0]
    let steady = Array(SimulatedTracker.all.prefix(1))
    let boxes = try TrackerBoxes(simulating: steady, on: [Sparse(whole: whole)], seed: 1)
    let object = whole.objects[0]
    for frame in 0..<13 {
      let truth = try #require(whole.mask(frame, object: object).boundingBox)
      let box = try #require(boxes.boxes(sequence: whole.name, object: object, frame: frame).first ?? nil)
      #expect(box.iou(truth) > 0.3, "\(frame): \(box) \(truth)")
    }
  }
}
