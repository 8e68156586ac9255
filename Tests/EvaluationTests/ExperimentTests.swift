import Datasets
import Foundation
import Synchronization
import TestSupport
import Testing
import Vision

@testable import Evaluation

/// Follows a script: what it tells in each frame, whose number is its first pixel's level.
private struct ScriptedTracker: Tracker {
  struct Failure: Error {}

  let tell: @Sendable (_ frame: Int) throws -> TrackedTarget

  mutating func start(_ frame: Image, on target: Region) throws {}
  mutating func track(_ frame: Image) throws -> TrackedTarget { try tell(Int(frame.pixels[0])) }
}

/// A target that moves a pixel to the right in each frame.
private struct MovingTarget: BoxAnnotated {
  let name: String
  var frameCount = 8
  var annotatedFrames = Array(0..<8)
  var absentFrames: Set<Int> = []

  static func box(_ frame: Int) -> Box { Box(x: Double(10 + frame), y: 10, width: 8, height: 6) }

  func image(_ frame: Int) -> Image { Image(height: 40, width: 60, color: Color(grey: UInt8(frame))) }
  func region(_ frame: Int) -> Region? {
    annotatedFrames.contains(frame) && !absentFrames.contains(frame) ? .box(Self.box(frame)) : nil
  }
}

/// Two objects side by side, the second of which appears in frame 2.
private struct TwoObjects: MaskAnnotated, FolderSequence {
  let frames: FrameFolder

  static let boxes = [1: Box(x: 5, y: 5, width: 10, height: 10), 2: Box(x: 30, y: 5, width: 10, height: 10)]

  init(in folder: URL) throws {
    let home = folder.appending(path: "pair")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    for frame in 0..<4 {
      try Image(height: 40, width: 60, color: Color(grey: UInt8(frame))).write(
        to: home.appending(path: "0000\(frame).png"))
    }
    frames = try FrameFolder(home)
  }

  func masks(_ frame: Int) -> IndexedImage? {
    var labels = [UInt8](repeating: 0, count: 40 * 60)
    for (id, box) in Self.boxes where id == 1 || frame >= 2 {
      for (pixel, value) in Mask(box, height: 40, width: 60).values.enumerated() where value == 1 {
        labels[pixel] = UInt8(id)
      }
    }
    return IndexedImage(height: 40, width: 60, indices: labels)
  }
}

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct ExperimentTests {
  private func moved(_ x: Double) -> @Sendable () -> any Tracker {
    { ScriptedTracker { TrackedTarget(.box(MovingTarget.box($0).translated(x: x, y: 0))) } }
  }

  /// Runs an experiment on sequences by name; returns what happened.
  @discardableResult
  private func run<Experiment: TrackingExperiment>(
    _ experiment: Experiment, _ makeTracker: @escaping TrackerFactory,
    on sequences: [String: Experiment.Video],
    into folder: URL
  ) throws -> [String] {
    var events: [String] = []
    try experiment.run(
      makeTracker, on: sequences.keys.sorted(),
      opening: { try #require(sequences[$0]) }, into: folder
    ) { event in
      switch event {
      case .skipped(let name): events.append("skipped \(name)")
      case .began(let name, let frames): events.append("\(name) \(frames)")
      case .tracked: break
      case .finished(let name): events.append("finished \(name)")
      case .failed(let name, _): events.append("failed \(name)")
      }
    }
    return events
  }

  private func lines(_ path: String, in folder: URL) throws -> [String] {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8).split(separator: "\n").map(
      String.init)
  }

  @Test func onePassLeavesBoxesAndTimesAndIsResumed() throws {
    try withTemporaryFolder { (folder: URL) throws in
      let sequences: [String: any BoxAnnotated] = [
        "a": MovingTarget(name: "a"), "b": MovingTarget(name: "b"),
      ]
      let experiment = OnePassExperiment(.flat(origin: 1))
      #expect(
        try run(experiment, moved(1), on: sequences, into: folder) == [
          "a 8", "finished a", "b 8", "finished b",
        ])
      let boxes = try BoxFile(contentsOf: folder.appending(path: "a.txt"), origin: 1).boxes
      #expect(boxes == [MovingTarget.box(0)] + (1..<8).map { MovingTarget.box($0 + 1) })
      #expect(try lines("times/a_time.txt", in: folder).compactMap(Double.init).count == 8)
      try FileManager.default.removeItem(at: folder.appending(path: "b.txt"))
      #expect(
        try run(experiment, moved(2), on: sequences, into: folder) == ["skipped a", "b 8", "finished b"])
      #expect(try BoxFile(contentsOf: folder.appending(path: "a.txt"), origin: 1).boxes == boxes)
    }
  }

  @Test func whatGoesWrongInOneSequenceLeavesTheOthersAlone() throws {
    try withTemporaryFolder { (folder: URL) throws in
      let sequences: [String: any BoxAnnotated] = [
        "absent": MovingTarget(name: "absent", absentFrames: Set(0..<8)),
        "empty": MovingTarget(name: "empty", frameCount: 0, annotatedFrames: []),
        "late": MovingTarget(name: "late", absentFrames: [0, 1]),
        "one": MovingTarget(name: "one", frameCount: 1, annotatedFrames: [0]),
        "only first": MovingTarget(name: "only first", annotatedFrames: [0]),
      ]
      let events = try run(OnePassExperiment(), moved(0), on: sequences, into: folder)
      #expect(events.filter { $0.hasPrefix("failed") } == ["failed absent", "failed empty"])
      let late = try BoxFile(contentsOf: folder.appending(path: "late.txt")).boxes
      #expect(late == [nil, nil] + (2..<8).map(MovingTarget.box))
      #expect(try lines("one.txt", in: folder) == ["10.0,10.0,8.0,6.0"])
      #expect(try lines("only first.txt", in: folder).count == 8)

      let throwing: TrackerFactory = {
        ScriptedTracker { frame in
          if frame == 5 { throw ScriptedTracker.Failure() }
          return TrackedTarget(.box(MovingTarget.box(frame)))
        }
      }
      let two: [String: any BoxAnnotated] = [
        "long": MovingTarget(name: "long"),
        "short": MovingTarget(name: "short", frameCount: 4, annotatedFrames: Array(0..<4)),
      ]
      #expect(
        try run(OnePassExperiment(), throwing, on: two, into: folder) == [
          "long 8", "failed long", "short 4", "finished short",
        ])
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "long.txt").path))
    }
  }

  @Test func regionsThatAreNoneAreLostTargets() throws {
    try withTemporaryFolder { (folder: URL) throws in
      let odd: [Int: Region] = [
        1: .box(Box(x: .nan, y: 0, width: 1, height: 1)), 2: .box(Box(x: 5, y: 5, width: 0, height: 4)),
        3: .polygon([]), 4: .box(Box(x: 5, y: .infinity, width: 3, height: 4)),
        5: .mask(Mask(height: 4, width: 4)),
      ]
      let tracker: TrackerFactory = {
        ScriptedTracker { TrackedTarget(odd[$0] ?? .box(MovingTarget.box($0))) }
      }
      try run(OnePassExperiment(), tracker, on: ["a": MovingTarget(name: "a")], into: folder)
      let boxes = try BoxFile(contentsOf: folder.appending(path: "a.txt")).boxes
      #expect(boxes.indices.filter { boxes[$0] == nil } == [1, 2, 3, 4, 5])
      try run(VOTResetExperiment(), tracker, on: ["a": MovingTarget(name: "a")], into: folder)
      #expect(
        try lines("baseline/a/a_001.txt", in: folder) == [
          "1", "2", "0", "0", "0", "0", "1", "17.0,10.0,8.0,6.0",
        ])
    }
  }

  @Test func got10kWantsAFileForEachRepetition() throws {
    try withTemporaryFolder { (folder: URL) throws in
      #expect(
        try run(OnePassExperiment(.repeated(3)), moved(0), on: ["a": MovingTarget(name: "a")], into: folder)
          == ["a 24", "finished a"])
      for repetition in 1...3 { #expect(try lines("a/a_00\(repetition).txt", in: folder).count == 8) }
      #expect(try lines("a/a_time.txt", in: folder).allSatisfy { $0.split(separator: ",").count == 3 })
    }
  }

  @Test func aResetTrackerIsStartedAgainAfterAFailure() throws {
    try withTemporaryFolder { (folder: URL) throws in
      // Off by a box and a half in frame 2 and the last.
      let tracker: TrackerFactory = {
        ScriptedTracker {
          TrackedTarget(.box(MovingTarget.box($0).translated(x: [2, 11].contains($0) ? 12 : 1, y: 0)))
        }
      }
      let sequence = MovingTarget(
        name: "a", frameCount: 12, annotatedFrames: Array(0..<12), absentFrames: [7, 9])
      try run(VOTResetExperiment(repetitions: 2), tracker, on: ["a": sequence], into: folder)
      let expected = [
        "1", "12.0,10.0,8.0,6.0", "2", "0", "0", "0", "0", "0", "1", "20.0,10.0,8.0,6.0", "21.0,10.0,8.0,6.0",
        "2",
      ]
      for repetition in 1...2 {
        #expect(try lines("baseline/a/a_00\(repetition).txt", in: folder) == expected)
        #expect(try lines("baseline/a/a_00\(repetition)_time.value", in: folder).count == 12)
      }
    }
  }

  @Test func multiStartGoesBothWaysFromTheAnchors() throws {
    try withTemporaryFolder { (folder: URL) throws in
      let home = folder.appending(path: "data/a")
      try FileManager.default.createDirectory(
        at: home.appending(path: "color"), withIntermediateDirectories: true)
      for frame in 0..<8 {
        try MovingTarget(name: "a").image(frame).write(
          to: home.appending(path: "color/0000000\(frame + 1).png"))
      }
      let truth = VOTTrajectory(entries: (0..<8).map { .region(.box(MovingTarget.box($0))) })
      try truth.write(to: home.appending(path: "groundtruth.txt"))
      try "0\n1\n0\n0\n0\n-1\n".write(
        to: home.appending(path: "anchor.value"), atomically: true, encoding: .utf8)
      let sequence = try VOTDataset(root: folder.appending(path: "data")).sequence("a")
      #expect(
        try run(VOTMultiStartExperiment(), moved(0), on: ["a": sequence], into: folder) == [
          "a 13", "finished a",
        ])
      let forwards = try lines("baseline/a/a_00000001.txt", in: folder)
      let back = try lines("baseline/a/a_00000005.txt", in: folder)
      #expect(forwards.count == 7 && forwards[0] == "1" && forwards[6] == "17.0,10.0,8.0,6.0")
      #expect(back.count == 6 && back[0] == "1" && back[5] == "10.0,10.0,8.0,6.0")
      #expect(
        try run(VOTMultiStartExperiment(), moved(0), on: ["a": sequence], into: folder) == ["skipped a"])

      // Without the file: each 50th frame and the last, from which more frames lie behind.
      try FileManager.default.removeItem(at: home.appending(path: "anchor.value"))
      let anchors = try VOTDataset(root: folder.appending(path: "data")).sequence("a").anchors
      #expect(anchors == [VOTAnchor(frame: 0, isForward: true), VOTAnchor(frame: 7, isForward: false)])
    }
  }

  @Test func objectsAreMergedTheSurestOnTop() throws {
    try withTemporaryFolder { (folder: URL) throws in
      let sequence = try TwoObjects(in: folder.appending(path: "data"))
      let calls = Atomic(0)
      // The first tracker, object 1's, wanders onto the second object in the last frame and is less sure.
      let tracker: TrackerFactory = {
        let isFirst = calls.add(1, ordering: .relaxed).oldValue == 0
        return ScriptedTracker { frame in
          let box = TwoObjects.boxes[isFirst ? 1 : 2]!.translated(x: isFirst && frame == 3 ? 20 : 0, y: 0)
          return TrackedTarget(.box(box), confidence: isFirst ? 0.3 : 0.8)
        }
      }
      #expect(
        try run(MaskExperiment(), tracker, on: ["pair": sequence], into: folder) == [
          "pair 4", "finished pair",
        ])
      for frame in 0..<3 {
        let map = try IndexedImage(contentsOf: folder.appending(path: "pair/0000\(frame).png"))
        #expect(map.indices == sequence.masks(frame)!.indices, "frame \(frame)")
      }
      let last = try IndexedImage(contentsOf: folder.appending(path: "pair/00003.png"))
      #expect(last[26, 8] == 1 && last[32, 8] == 2 && last[8, 8] == 0)
      #expect(try run(MaskExperiment(), tracker, on: ["pair": sequence], into: folder) == ["skipped pair"])

      let boxes = folder.appending(path: "boxes")
      try run(ObjectBoxExperiment(), moved(0), on: ["pair": sequence], into: boxes)
      let second = try BoxFile(contentsOf: boxes.appending(path: "pair-2.txt")).boxes
      #expect(second == [nil, nil, TwoObjects.boxes[2], MovingTarget.box(3)])
    }
  }

  @Test func theObserverEndsARun() throws {
    struct Enough: Error {}
    try withTemporaryFolder { (folder: URL) throws in
      #expect(throws: Enough.self) {
        try OnePassExperiment().run(
          moved(0), on: ["a", "b"], opening: { MovingTarget(name: $0) as any BoxAnnotated }, into: folder
        ) { event in
          if case .tracked = event { throw Enough() }
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }
}
