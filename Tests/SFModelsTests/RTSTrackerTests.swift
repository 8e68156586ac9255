import Foundation
import NN
import Tensor
import TestSupport
import Testing
import Vision

@testable import SFModels

@Suite struct RTSTrackerTests {
  /// A small network whose features stand for something, though nobody trained it.
  private func network() throws -> RTS {
    let network = RTS(.small)
    try Formula.fill(network, gain: 0.5)
    return network
  }

  @Test func theInstanceBranchFollowsAlone() throws {
    var tracker = InstanceTracker(try network())
    let start = Box(x: 40, y: 40, width: 24, height: 24)
    tracker.start(Image(square: start), on: .box(start))
    for step in 1...4 {
      let moved = start.translated(x: Double(6 * step), y: Double(3 * step))
      let target = tracker.track(Image(square: moved))
      #expect(target.region.boundingBox.iou(moved) > 0.6, "\(step): \(target)")
      #expect(target.confidence > 0.2)
    }
  }

  @Test func whereThereIsNoMaskTheInstanceBranchTellsTheBox() throws {
    let network = try network()
    // No pixel is the target's, whatever is seen.
    network.decoder.namedParameters.first { $0.path == "project.conv2.bias" }!.parameter.value = Tensor([-1e4]
    )
    var tracker = RTSTracker(network)
    var deaf = RTSTracker.Options()
    deaf.fallsBack = false
    var other = RTSTracker(network, options: deaf)
    let start = Box(x: 40, y: 40, width: 24, height: 24), moved = start.translated(x: 8, y: 4)
    tracker.start(Image(square: start), on: .box(start))
    other.start(Image(square: start), on: .box(start))
    let target = tracker.track(Image(square: moved)), lost = other.track(Image(square: moved))
    #expect(target.mask?.area == 0 && target.region.boundingBox.iou(moved) > 0.6 && target.confidence > 0.3)
    #expect(lost.region == .box(start) && lost.confidence == 0)
  }

  /// Whatever the weights say, and whatever the frames are, boxes are finite and masks of the frame's size.
  @Test(arguments: [
    Region.box(Box(x: 10, y: 10, width: 20, height: 15)), .box(Box(x: 0, y: 0, width: 1, height: 1)),
    .box(Box(x: -90, y: -90, width: 20, height: 20)), .box(Box(x: 40, y: 40, width: 900, height: 700)),
    .box(Box(x: 5, y: 5, width: 0, height: 0)), .mask(Mask(height: 48, width: 64)),
    .mask(Mask(Box(x: 20, y: 20, width: 9, height: 5), height: 48, width: 64)),
  ])
  func anyTargetIsFollowed(_ region: Region) throws {
    var tracker = RTSTracker(try network())
    tracker.start(Image(height: 48, width: 64, color: .blue), on: region)
    for size in [(48, 64), (48, 64), (96, 40)] {
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
    for part in network.backbone.parameters.prefix(1) { part.update { $0 = $0 * .nan } }
    var tracker = RTSTracker(network)
    let start = Box(x: 10, y: 10, width: 20, height: 15)
    tracker.start(Image(square: start), on: .box(start))
    let target = tracker.track(Image(square: start))
    #expect(target.region == .box(start) && target.confidence == 0 && target.mask?.area == 0)
  }

  @Test func aMemoryKeepsTheFirstFrameAndForgetsTheOldest() {
    var memory = SampleMemory([0, 1], capacity: 5, rate: 0.3)
    for sample in 2..<40 {
      memory.add(sample)
      #expect(abs(memory.weights.reduce(0, +) - 1) < 1e-9 && memory.samples.count <= 5)
      #expect(memory.weights[0] + memory.weights[1] >= 0.25 - 1e-9)
      #expect(memory.samples.prefix(2) == [0, 1] && memory.samples.last == sample)
      // What is younger counts more.
      #expect(zip(memory.weights.dropFirst(2), memory.weights.dropFirst(3)).allSatisfy { $0 < $1 })
    }
    #expect(memory.samples == [0, 1, 37, 38, 39])
  }

  @Test func whatLooksLikeTheTargetIsTheSecondPeak() {
    func map(_ second: Double) -> Tensor {
      var values = [Double](repeating: 0, count: 20 * 30)
      (values[5 * 30 + 8], values[5 * 30 + 10], values[12 * 30 + 25]) = (0.9, 0.8, second)
      return Tensor(values, shape: [20, 30])
    }
    let peaks = ScorePeaks(map(0.5), origin: 3, step: 2, neighbourhood: Point(5, 7))
    #expect(peaks.score == 0.9 && peaks.place == Point(19, 13))
    #expect(peaks.second == 0.5 && peaks.secondPlace == Point(53, 27))
    #expect(peaks.areHard(from: 0.5) && !peaks.areHard(from: 0.6))
    let wide = ScorePeaks(map(0.5), origin: 3, step: 2, neighbourhood: Point(100, 100))
    #expect(wide.second == -.infinity && !wide.areHard(from: 0.1))
  }

  @Test func aSearchRegionKnowsItsPlace() throws {
    let network = RTS(.small)
    let frame = Image(height: 480, width: 640, color: .blue)
    let search = SearchRegion(around: Point(600, 100), side: 40, of: frame, for: network)
    let place = Point(611, 57)
    #expect(distance(search.outside(search.inside(place)), place) < 1e-9)
    #expect(abs(search.box.area.squareRoot() - 40 * network.searchFactor) < 2)
    // A mask comes back where it was; beyond the frame there is none.
    let box = Box(x: 590, y: 80, width: 30, height: 40)
    let mask = search.mask(Mask(box, height: 480, width: 640))
    let back = search.mask(ofLogits: mask.tensor() * 2 - 1)
    #expect(back.height == 480 && back.width == 640 && back.iou(Mask(box, height: 480, width: 640)) > 0.9)
    let all = search.probabilities(ofLogits: Tensor(repeating: 50, shape: [240, 416, 1]))
    let seen = search.inside(Box(x: 0, y: 0, width: 640, height: 480)).clipped(height: 240, width: 416)
    #expect(abs(all.sum().item - seen.area) < 0.02 * seen.area)
    // Of a large target the frame is all there is to see.
    let whole = SearchRegion(around: Point(320, 240), side: 400, of: frame, for: network)
    #expect(whole.box.height <= 480 && whole.box.width <= 833)
  }

  private func distance(_ a: Point, _ b: Point) -> Double { max(abs(a.x - b.x), abs(a.y - b.y)) }

  @Test func momentsTellPlaceAndSize() {
    let moments = TargetMoments(
      Mask(Box(x: 10, y: 20, width: 30, height: 12), height: 64, width: 64).tensor().squeezed(axis: 2))
    #expect(moments.area == 360 && distance(moments.center, Point(25, 26)) < 1e-6)
    #expect(distance(moments.size, Point(30, 12) * (4 / 12.0.squareRoot())) < 0.1)
    #expect(!TargetMoments(Tensor(zeros: [4, 4])).center.x.isFinite)
  }

  @Test func aTargetThatNeverReturnsStaysWhereItWas() throws {
    let start = Box(x: 40, y: 40, width: 24, height: 24)
    var tracker = RTSTracker(try network())
    tracker.start(Image(square: start), on: .box(start))
    let empty = Image(height: 120, width: 160, color: .white)
    let boxes = (0..<4).map { _ in tracker.track(empty).region.boundingBox }
    #expect(boxes.allSatisfy { $0.x >= 0 && $0.y >= 0 && $0.maxX <= 160 && $0.maxY <= 120 })
    #expect(boxes.allSatisfy { (0.2...5).contains($0.area / start.area) }, "\(boxes)")
  }

  @Test func aBoxIsDrawnAsTheFirstOne() throws {
    let drawn = Box(x: 10, y: 20, width: 30, height: 40), pixels = Box(x: 12, y: 24, width: 20, height: 44)
    let drawing = try #require(BoxDrawing(of: drawn, around: pixels))
    #expect(BoxDrawing(of: drawn, around: drawn.translated(x: 25, y: 0)) == nil)
    #expect(drawing(pixels).iou(drawn) > 1 - 1e-9)
    #expect(drawing(pixels.scaled(x: 2, y: 3)).iou(drawn.scaled(x: 2, y: 3)) > 1 - 1e-9)
    #expect(BoxDrawing()(pixels).iou(pixels) > 1 - 1e-9)
  }

  /// Two things are seen, the right one at the instance model's place.
  @Test func whatDoesNotReachThePlaceIsAnotherThings() {
    let left = Mask(Box(x: 2, y: 4, width: 10, height: 10), height: 20, width: 40)
    let right = Mask(Box(x: 25, y: 6, width: 8, height: 8), height: 20, width: 40)
    let both = Tensor.maximum(left.tensor(), right.tensor()) * 0.8
    func sight(_ expected: Box?) -> Sight {
      Sight(
        peaks: ScorePeaks(both.squeezed(axis: 2), origin: 0.5, step: 1, neighbourhood: Point(9, 9)),
        logits: both,
        probabilities: both.squeezed(axis: 2), expected: expected ?? Box(x: 0, y: 0, width: 1, height: 1),
        isAlone: expected != nil)
    }
    let place = Box(x: 28, y: 9, width: 9, height: 9)
    #expect(sight(nil).boundingBox == Box(x: 2, y: 4, width: 31, height: 10))
    #expect(sight(place).boundingBox == right.boundingBox)
    #expect(sight(nil).mask(in: Box(x: 24, y: 5, width: 10, height: 10)) == right)
    #expect(sight(nil).mask(in: Box(x: 14, y: 0, width: 20, height: 20)) == nil)
  }

  @Test(arguments: FirstSamples.allCases) func variantsKnowTheTargetsPlace(_ samples: FirstSamples) {
    var image = Image(height: 40, width: 60, color: .black)
    for x in 20..<24 { for y in 10..<14 { for channel in 0..<3 { image[x, y, channel] = 255 } } }
    let variants = samples.variants(image, center: Point(22, 12), move: 5)
    #expect(variants.count == (samples == .released ? 5 : 7))
    for variant in variants {
      let (x, y) = (Int(variant.center.x), Int(variant.center.y))
      let brightest = variant.image.pixels.max()!
      #expect(variant.image[x, y, 0] > brightest / 2 && brightest > 100)
    }
  }

  @Test func aFirstMaskIsGivenOrTheBoxsEllipse() {
    let frame = Image(height: 40, width: 60, color: .black), box = Box(x: 10, y: 10, width: 20, height: 10)
    let given = Mask(Box(x: 1, y: 2, width: 3, height: 4), height: 40, width: 60)
    #expect(FirstMask.ellipse(frame, .mask(given), box) == given)
    let ellipse = FirstMask.ellipse(frame, .box(box), box)
    #expect(abs(Double(ellipse.area) - .pi / 4 * 200) < 8 && ellipse.boundingBox == box)
    let seen = FirstMask.feat2seg(Feat2Seg(.small))(frame, .box(box), box)
    #expect(seen.area > 0 && seen.boundingBox!.intersection(box) == seen.boundingBox!)
  }
}
