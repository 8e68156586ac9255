import Foundation
import NN
import Tensor
import TestSupport
import Testing
import Vision

@testable import SFModels

@Suite struct SAMNTrackerTests {
  /// A small network whose features stand for something, though nobody trained it.
  private func network() throws -> SAMN {
    let network = SAMN(.small)
    try Formula.fill(network, gain: 0.5)
    return network
  }

  @Test func theSpatialMemoryFollowsAlone() throws {
    var tracker = SpatialTracker(try network())
    let start = Box(x: 40, y: 40, width: 24, height: 24)
    tracker.start(Image(square: start), on: .box(start))
    for step in 1...3 {
      let moved = start.translated(x: Double(6 * step), y: Double(3 * step))
      let target = tracker.track(Image(square: moved))
      #expect(target.region.boundingBox.iou(moved) > 0.6, "\(step): \(target)")
      #expect(target.confidence > 0.2)
    }
  }

  /// Whatever the weights say, and whatever the frames are, boxes are finite and masks of the frame's size.
  @Test(arguments: [
    Region.box(Box(x: 10, y: 10, width: 20, height: 15)), .box(Box(x: 0, y: 0, width: 1, height: 1)),
    .box(Box(x: -90, y: -90, width: 20, height: 20)), .box(Box(x: 5, y: 5, width: 0, height: 0)),
    .mask(Mask(height: 48, width: 64)),
    .mask(Mask(Box(x: 20, y: 20, width: 9, height: 5), height: 48, width: 64)),
    // One that crosses itself, and one without area.
    .polygon([Point(10, 10), Point(30, 30), Point(30, 10), Point(10, 30)]),
    .polygon([Point(10, 10), Point(20, 20), Point(30, 30)]), .polygon([]),
    .rotatedBox(RotatedBox(center: Point(30, 20), width: 20, height: 10, angle: 0.5)),
  ])
  func anyTargetIsFollowed(_ region: Region) throws {
    var tracker = SAMNTracker(try network())
    tracker.start(Image(height: 48, width: 64, color: .blue), on: region)
    for size in [(48, 64), (96, 40)] {
      let target = tracker.track(Image(height: size.0, width: size.1, color: .blue))
      let box = target.region.boundingBox
      #expect(
        box.width >= 1 && box.height >= 1 && [box.x, box.y, box.width, box.height].allSatisfy(\.isFinite))
      #expect(target.mask?.height == size.0 && target.mask?.width == size.1)
      #expect(0...1 ~= target.confidence)
    }
  }

  @Test func featuresThatAreNoNumbersLoseTheTarget() throws {
    let network = try network()
    for part in network.queryEncoder.parameters.prefix(1) { part.update { $0 = $0 * .nan } }
    var tracker = SAMNTracker(network)
    let start = Box(x: 10, y: 10, width: 20, height: 15)
    tracker.start(Image(square: start), on: .box(start))
    let target = tracker.track(Image(square: start))
    #expect(target.region == .box(start) && target.confidence == 0 && target.mask?.area == 0)
  }

  /// What may be left out changes what is answered, and nothing else.
  @Test func partsMayBeLeftOut() throws {
    let network = try network()
    var options = SAMNTracker.Options()
    (options.locates, options.remembers, options.segmentsBox) = (false, false, false)
    var tracker = SAMNTracker(network, options: options)
    let start = Box(x: 40, y: 40, width: 24, height: 24)
    tracker.start(Image(square: start), on: .box(start))
    #expect(tracker.track(Image(square: start)).confidence == 1)
    options = SAMNTracker.Options()
    (options.followsMasks, options.answersRotated, options.filters) = (true, true, false)
    tracker = SAMNTracker(network, options: options)
    tracker.start(Image(square: start), on: .box(start))
    #expect(tracker.track(Image(square: start)).region.boundingBox.width >= 1)
  }

  @Test func theAppearanceMemoryIsBounded() {
    func frame(_ number: Int) -> MemorizedFrame {
      let x = Tensor(repeating: Double(number), shape: [1, 1, 1])
      return MemorizedFrame(key: x, value: x)
    }
    var memory = AppearanceMemory(frame(0), capacity: 4)
    func numbers() -> [Int] { memory.frames.map { Int($0.key.item) } }
    #expect(numbers() == [0])
    for number in 1...9 {
      memory.remember(frame(number), isKept: number % 3 == 0)
      #expect(numbers().count <= 4 && numbers().first == 0 && numbers().last == number)
    }
    #expect(numbers() == [0, 3, 6, 9])
    memory.remember(frame(10), isKept: false)
    #expect(numbers() == [0, 6, 9, 10])
    memory.remember(frame(11), isKept: false)
    #expect(numbers() == [0, 6, 9, 11])
  }

  @Test func aBoxIsCalibratedByTheFirstMask() {
    let calibration = MaskCalibration(
      box: Box(x: 10, y: 10, width: 20, height: 20), mask: Box(x: 12, y: 10, width: 16, height: 18))
    let box = calibration(Box(x: 52, y: 50, width: 32, height: 36))
    #expect(abs(box.x - 48) < 1e-9 && abs(box.y - 50) < 1e-9 && abs(box.width - 40) < 1e-9)
    let none = MaskCalibration(box: box, mask: nil)
    #expect(none(box) == box)
  }

  /// Shrinking step by step comes close to the best of all rectangles.
  @Test(arguments: 0..<6) func fittedBoxesAreNearTheBestOnes(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let angle = generator.uniform(-0.7..<0.7)
    let body = RotatedBox(
      center: Point(20, 20), width: generator.uniform(12..<18), height: generator.uniform(5..<9), angle: angle
    )
    var mask = Mask(of: .rotatedBox(body), height: 40, width: 40)
    for _ in 0..<4 { mask[generator.integer(0..<40), generator.integer(0..<40)] = true }
    let fit = BoxFit(mask, angle: angle), whole = BoxFit(extentsOf: mask, angle: angle)
    var best = 0.0
    for top in stride(from: 0, to: whole.rows.count, by: 3) {
      for bottom in stride(from: top + 2, through: whole.rows.count, by: 3) {
        for left in stride(from: 0, to: whole.columns.count, by: 3) {
          for right in stride(from: left + 2, through: whole.columns.count, by: 3) {
            best = max(best, whole.quality(top..<bottom, left..<right))
          }
        }
      }
    }
    #expect(fit.quality(fit.rows, fit.columns) > 0.9 * best)
    #expect(RotatedBox(fitting: mask)!.iou(body) > 0.4)
    #expect(RotatedBox(fitting: Mask(height: 4, width: 4)) == nil)
  }
}
