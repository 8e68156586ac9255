import Datasets
import Foundation
import Tensor
import Testing
import Vision

@Suite struct TrackedWindowsTests {
  private static let videos = SyntheticVideos(seed: 3, sequences: 2, frames: 5, height: 20, width: 36)
    .sequences
  private static let simulated = Array(SimulatedTracker.all.prefix(3))

  /// Twice as much as the target takes, in 16×24 pixels.
  private static func view(around target: Box) -> TargetSurroundings {
    TargetSurroundings(around: target, times: 2, height: 16, width: 24)
  }

  private static func windows(of length: Int, on boxes: TrackerBoxes) throws -> TrackedWindows {
    try TrackedWindows(videos, trackerBoxes: boxes, length: length, view: view)
  }

  @Test func aWindowEndsWithItsFrame() throws {
    let boxes = try TrackerBoxes(simulating: Self.simulated, on: Self.videos, seed: 1)
    let windows = try Self.windows(of: 3, on: boxes)
    #expect(windows.count == Self.videos.reduce(0) { $0 + 5 * $1.objects.count })
    let first = try windows.window(0)
    #expect(
      first.images.count == 3 && first.images[0] == first.images[2],
      "in front of the first frame it is repeated")
    #expect(first.boxes.allSatisfy { $0.count == 3 })

    let index = try #require((0..<windows.count).first { windows.source(of: $0).frame == 4 })
    let (window, source) = (try windows.window(index), windows.source(of: index))
    let sequence = try #require(Self.videos.first { $0.name == source.sequence })
    func tracked(_ frame: Int) -> [Box?] {
      boxes.boxes(sequence: source.sequence, object: source.object, frame: frame)
    }
    let view = Self.view(around: try #require(Box.median(of: tracked(4).compactMap { $0 })))
    for (position, frame) in (2...4).enumerated() {
      #expect(window.images[position] == view.of(sequence.image(frame)))
      #expect(window.boxes[position] == tracked(frame).map { $0.map(view.place) })
    }
    #expect(window.truth == view.of(sequence.mask(4, object: source.object)))
  }

  @Test func framesInWhichNoTrackerSeesTheObjectEndNoWindow() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "tracked-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    let video = [Self.videos[0]], object = video[0].objects[0]
    for (tracker, lost) in [("x", 1), ("y", 2)] {
      let lines = (0..<5).map { $0 == 1 || $0 == lost ? "nan,nan,nan,nan" : "3,4,10,8" }
      let folder = place.appending(path: tracker)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try lines.joined(separator: "\n").write(
        to: folder.appending(path: "\(video[0].name)-\(object).txt"), atomically: true, encoding: .utf8)
    }
    let boxes = try TrackerBoxes(contentsOf: place, for: video)
    let windows = try TrackedWindows(video, trackerBoxes: boxes, length: 1, view: Self.view)
    #expect((0..<windows.count).map { windows.source(of: $0).frame } == [0, 2, 3, 4])
    #expect(try windows.window(1).boxes[0].map { $0 == nil } == [false, true])
  }

  @Test func aMirroredWindowIsMirroredAltogether() throws {
    let boxes = try TrackerBoxes(simulating: Self.simulated, on: Self.videos, seed: 1)
    let window = try Self.windows(of: 2, on: boxes).window(7)
    let mirrored = window.flippedHorizontally()
    #expect(mirrored.images[1] == window.images[1].flippedHorizontally())
    for (a, b) in zip(mirrored.boxes.joined(), window.boxes.joined()) {
      #expect(a.map { 24 - $0.maxX } == b?.x && a?.width == b?.width && a?.y == b?.y)
    }
    #expect(mirrored.flippedHorizontally().truth == window.truth)
    let batch = TrackedBatch([window, mirrored])
    #expect(batch.images.shape == [2, 2, 16, 24, 3] && batch.truth.shape == [2, 16, 24, 1])
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
