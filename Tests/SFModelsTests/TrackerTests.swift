import Foundation
import SFModels
import Tensor
import Testing
import Vision

/// A tracker without weights, and what it is able to do.
struct ClassicalTracker: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable () -> any Tracker
  /// Whether it follows a target's size.
  let followsSize: Bool

  static let all = [
    ClassicalTracker(testDescription: "MOSSE", make: { MOSSETracker() }, followsSize: false),
    ClassicalTracker(testDescription: "template", make: { TemplateTracker() }, followsSize: false),
    ClassicalTracker(testDescription: "median flow", make: { MedianFlowTracker() }, followsSize: true),
    ClassicalTracker(testDescription: "mean shift", make: { MeanShiftTracker() }, followsSize: false),
    ClassicalTracker(testDescription: "correlation", make: { CorrelationTracker() }, followsSize: true),
  ]
}

/// A patch of reddish texture that moves over a greenish one, and what surrounds it.
private struct MovingSquare {
  private let background: Image, texture: Image
  static let height = 120, width = 160

  init(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func texture(_ cells: Int, _ color: Color, height: Int, width: Int) -> Image {
      let pixels = (0..<cells * cells).flatMap { _ in
        [color.red, color.green, color.blue].map { UInt8(Int($0) + generator.integer(-50..<50)) }
      }
      return Image(height: cells, width: cells, channels: 3, pixels: pixels)
        .resized(height: height, width: width, interpolation: .linear)
    }
    background = texture(24, Color(90, 130, 90), height: Self.height, width: Self.width)
    self.texture = texture(7, Color(170, 90, 110), height: 64, width: 64)
  }

  /// The frame where the square covers a box.
  func frame(_ box: Box) -> Image {
    var frame = background
    let scale = box.width / Double(texture.width)
    let layer = texture.warped(
      by: Affine.scale(scale, scale).then(.translation(box.x, box.y)), height: Self.height, width: Self.width)
    for y in max(Int(box.y), 0)..<min(max(Int(box.maxY), 0), Self.height) {
      for x in max(Int(box.x), 0)..<min(max(Int(box.maxX), 0), Self.width) {
        for channel in 0..<3 { frame[x, y, channel] = layer[x, y, channel] }
      }
    }
    return frame
  }
}

@Suite struct TrackerTests {
  private static let start = Box(x: 30, y: 40, width: 32, height: 32)

  private func overlap(
    _ tracker: ClassicalTracker, frames: Int, seed: UInt64, _ box: (Double) -> Box
  ) throws -> [Double] {
    let square = MovingSquare(seed: seed)
    var tracker = tracker.make()
    try tracker.start(square.frame(box(0)), on: .box(box(0)))
    return try (1..<frames).map { index in
      let truth = box(Double(index))
      let target = try tracker.track(square.frame(truth))
      #expect(0...1 ~= target.confidence)
      return target.region.boundingBox.iou(truth)
    }
  }

  @Test(arguments: ClassicalTracker.all, [1, 2])
  func followsAMovingSquare(_ tracker: ClassicalTracker, seed: UInt64) throws {
    let overlaps = try overlap(tracker, frames: 20, seed: seed) { time in
      Self.start.translated(x: 3 * time, y: 8 * sin(time / 3))
    }
    #expect(overlaps.last! > 0.6, "\(overlaps)")
  }

  @Test(arguments: ClassicalTracker.all.filter(\.followsSize), [0.985, 1.015])
  func followsASquareThatGrowsOrShrinks(_ tracker: ClassicalTracker, factor: Double) throws {
    let overlaps = try overlap(tracker, frames: 30, seed: 3) { time in
      Self.start.scaled(by: pow(factor, time)).translated(x: 1.5 * time, y: 0)
    }
    // Its first box would overlap by 0.42 at most.
    #expect(overlaps.last! > 0.7, "\(overlaps)")
  }

  @Test(arguments: ClassicalTracker.all)
  func aCopyTracksOnItsOwn(_ tracker: ClassicalTracker) throws {
    let square = MovingSquare(seed: 4)
    func box(_ time: Double, _ direction: Double) -> Box {
      Self.start.translated(x: 3 * time, y: 2 * direction * time)
    }
    var first = tracker.make()
    try first.start(square.frame(box(0, 1)), on: .box(box(0, 1)))
    var second = first
    var truth = (box(0, 1), box(0, 1)), found = truth
    for time in 1..<10 {
      truth = (box(Double(time), 1), box(Double(time), -1))
      found.0 = try first.track(square.frame(truth.0)).region.boundingBox
      found.1 = try second.track(square.frame(truth.1)).region.boundingBox
    }
    #expect(found.0.iou(truth.0) > 0.6 && found.1.iou(truth.1) > 0.6, "\(found)")
  }

  @Test(arguments: ClassicalTracker.all)
  func aNewStartForgets(_ tracker: ClassicalTracker) throws {
    let (square, other) = (MovingSquare(seed: 5), MovingSquare(seed: 6))
    func box(_ time: Int) -> Box { Self.start.translated(x: 3 * Double(time), y: 0) }
    var fresh = tracker.make(), used = fresh
    try used.start(other.frame(Self.start), on: .box(Self.start.scaled(by: 0.5)))
    _ = try used.track(other.frame(box(1)))
    try fresh.start(square.frame(box(0)), on: .box(box(0)))
    try used.start(square.frame(box(0)), on: .box(box(0)))
    for time in 1..<4 {
      #expect(try used.track(square.frame(box(time))).region == fresh.track(square.frame(box(time))).region)
    }
  }

  @Test func aBoxThatIsNotFiniteIsNamed() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var tracker = CorrelationTracker()
      let frame = Image(height: 48, width: 64, channels: 3)
      tracker.start(frame, on: .box(Box(x: .nan, y: 0, width: 8, height: 8)))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("a tracker can't follow a box that is not finite"))
  }

  /// What a target can be at worst: a pixel, beyond the edges, larger than the frame, without extent.
  static let boxes = [
    Box(x: 10, y: 10, width: 20, height: 15), Box(x: 0, y: 0, width: 1, height: 1),
    Box(x: 63, y: 47, width: 1, height: 1), Box(x: -30, y: -30, width: 20, height: 20),
    Box(x: 60, y: 40, width: 500, height: 300), Box(x: 5, y: 5, width: 0, height: 0),
    Box(x: 0, y: 20, width: 64, height: 2), Box(x: 30, y: 0, width: 1, height: 48),
  ]

  @Test(arguments: ClassicalTracker.all, boxes)
  func boxesStayInTheFrame(_ tracker: ClassicalTracker, box: Box) throws {
    var generator = SeededGenerator(seed: 7)
    let noise = (0..<3).map { _ in
      Image(
        height: 48, width: 64, channels: 3,
        pixels: (0..<48 * 64 * 3).map { _ in UInt8(generator.integer(0..<256)) })
    }
    let flat = Image(height: 48, width: 64, color: .blue)
    for frames in [
      [flat, flat, flat], noise, [flat] + noise, noise + [flat], [Image(height: 1, width: 1)] + noise,
    ] {
      var tracker = tracker.make()
      try tracker.start(frames[0], on: .box(box))
      for frame in frames.dropFirst() {
        let target = try tracker.track(frame)
        let found = target.region.boundingBox
        #expect(found.width >= 1 && found.height >= 1 && found.width <= 64 && found.height <= 48)
        #expect(0...64 ~= found.centerX && 0...48 ~= found.centerY && 0...1 ~= target.confidence)
      }
    }
  }

  @Test(arguments: ClassicalTracker.all)
  func aTargetMayLeaveTheFrame(_ tracker: ClassicalTracker) throws {
    let square = MovingSquare(seed: 8)
    var tracker = tracker.make()
    try tracker.start(square.frame(Self.start), on: .box(Self.start))
    for time in 1..<16 {
      let frame = square.frame(Self.start.translated(x: -6 * Double(time), y: 0))
      let box = try tracker.track(frame).region.boundingBox
      #expect(0...160 ~= box.centerX && 0...120 ~= box.centerY && box.width >= 1 && box.height >= 1)
    }
  }

  /// Grey and RGBA frames are tracked as RGB ones are.
  @Test(arguments: ClassicalTracker.all)
  func framesOfAnyChannels(_ tracker: ClassicalTracker) throws {
    let square = MovingSquare(seed: 9)
    for channels in [1, 4] {
      var tracker = tracker.make()
      func frame(_ box: Box) -> Image {
        channels == 1
          ? square.frame(box).converted(to: .grey)
          : Image(.concatenate([square.frame(box).tensor(), Tensor(ones: [120, 160, 1])], axis: 2))
      }
      try tracker.start(frame(Self.start), on: .box(Self.start))
      let moved = Self.start.translated(x: 3, y: 2)
      #expect(try tracker.track(frame(moved)).region.boundingBox.iou(moved) > 0.5)
    }
  }
}
