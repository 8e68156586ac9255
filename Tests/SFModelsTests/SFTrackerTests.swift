import Datasets
import SFModels
import Tensor
import Testing
import Vision

@Suite struct SFTrackerTests {
  private static let truth = Box(x: 40, y: 30, width: 20, height: 10)

  @Test func mostBoxesDecideWhereTheTargetIs() throws {
    let near = [-1, 0, 2].map { Self.truth.translated(x: $0, y: 0) }
    let far = [Box(x: 0, y: 0, width: 20, height: 10), Box(x: 90, y: 80, width: 5, height: 50)]
    let consensus = try #require(BoxConsensus(near + far))
    #expect(consensus.box.iou(Self.truth) > 0.95)
    // Those that have no say take nothing from the box, but from the agreement on it.
    #expect(BoxConsensus(near)?.box == consensus.box)
    #expect(consensus.agreement < 0.6)
    #expect(BoxConsensus([Self.truth])?.box == Self.truth && BoxConsensus([Self.truth])?.agreement == 1)
  }

  @Test func scoresWeighTheBoxesThatAgreeAndNoOthers() throws {
    let boxes = [-4, 4].map { Self.truth.translated(x: $0, y: 0) }
    let left = try #require(BoxConsensus(boxes, scores: [1, 0])).box
    #expect(abs(left.x - 36) < 0.1 && abs(left.width - 20) < 1e-9)
    let away = [Self.truth, Self.truth.translated(x: 1, y: 0), Box(x: 0, y: 0, width: 9, height: 9)]
    let kept = try #require(BoxConsensus(away, scores: [0, 0, 50])).box
    #expect(kept.iou(Self.truth) > 0.9)
  }

  @Test func votesCountAsMuchAsTheirWeights() throws {
    let boxes = [Self.truth, Box(x: 0, y: 0, width: 9, height: 9), Box(x: 1, y: 0, width: 9, height: 9)]
    let heavy = try #require(BoxConsensus(boxes, weights: [5, 1, 1]))
    #expect(heavy.box == Self.truth && heavy.agreement == 5.0 / 7)
    #expect(BoxConsensus(boxes)!.box.iou(boxes[1]) > 0.5)
  }

  /// Three that wandered each by itself aren't believed against two when at last they meet.
  @Test func whoWasRightSoFarIsTrusted() throws {
    let truth = (0..<40).map { Self.truth($0) }
    let right = RecordedTracker(truth)
    func wandering(_ x: Double) -> RecordedTracker {
      RecordedTracker(
        truth.enumerated().map { index, box in
          index < 10 ? box : Box(x: index == 39 ? 0 : x, y: index == 39 ? 70 : 5, width: 20, height: 10)
        })
    }
    var tracker = SFTracker([right, right, wandering(0), wandering(25), wandering(50)])
    try tracker.start(Self.frame(0), on: .box(Self.truth))
    for index in 1..<40 {
      let box = try tracker.track(Self.frame(index)).region.boundingBox
      #expect(box.iou(truth[index]) > 0.8, "\(index): \(box)")
    }
  }

  @Test func boxesThatCoverNothingSayNothing() {
    let empty = Box(x: 3, y: 3, width: 0, height: 4)
    #expect(BoxConsensus([]) == nil && BoxConsensus([empty]) == nil)
    #expect(BoxConsensus([empty, Self.truth])?.box == Self.truth)
    let broken = Box(x: .nan, y: 0, width: .infinity, height: 3)
    #expect(BoxConsensus([broken, Self.truth], scores: [.nan, 1])?.box == Self.truth)
    // Areas beyond what numbers can hold, and sides that vanish beside where they are.
    let huge = Box(x: 0, y: 0, width: 1e200, height: 1e200)
    let tiny = Box(x: 1e9, y: 1e9, width: 1e-12, height: 1e-12)
    #expect(BoxConsensus([huge, tiny]) == nil)
    #expect(BoxConsensus([huge, Self.truth, tiny])?.box == Self.truth)
  }

  /// A textured target that moves a pixel a frame over noise.
  private static func frame(_ index: Int) -> Image {
    let noise = Tensor(uniform: [96, 128, 3], in: 0.3..<0.5, seed: 1)
    var image = Image(noise)
    let texture = Image(Tensor(uniform: [5, 10, 3], seed: 2)).resized(
      height: 10, width: 20, interpolation: .nearest)
    for y in 0..<10 {
      for x in 0..<20 {
        for channel in 0..<3 { image[x + 40 + index, y + 30, channel] = texture[x, y, channel] }
      }
    }
    return image
  }

  private static func truth(_ index: Int) -> Box { truth.translated(x: Double(index), y: 0) }

  /// Trackers that all see it too large and too far down, as if they took in its shadow.
  @Test func boxesAreMarkedAsTheFirstOneWas() throws {
    func seen(_ box: Box) -> Box { Box(x: box.x, y: box.y + 1, width: box.width, height: box.height * 1.2) }
    let recorded = RecordedTracker((0..<20).map { seen(Self.truth($0)) })
    var tracker = SFTracker([recorded, recorded, recorded])
    try tracker.start(Self.frame(0), on: .box(Self.truth))
    var overlaps: [Double] = []
    for index in 1..<20 {
      overlaps.append(try tracker.track(Self.frame(index)).region.boundingBox.iou(Self.truth(index)))
    }
    let before = seen(Self.truth).iou(Self.truth)
    #expect(overlaps.allSatisfy { $0 > before } && overlaps.last! > before + 0.5 * (1 - before))
  }

  @Test func aTargetThatNobodySeesStays() throws {
    let lost = RecordedTracker([Self.truth, nil, Self.truth(2)])
    var tracker = SFTracker([lost, lost])
    try tracker.start(Self.frame(0), on: .box(Self.truth))
    let hidden = try tracker.track(Self.frame(1))
    #expect(hidden.confidence == 0 && hidden.region == .box(Self.truth))
    let seen = try tracker.track(Self.frame(2))
    #expect(seen.confidence == 1)
    // Beyond the end of its file a recorded tracker has lost its target.
    let ended = try tracker.track(Self.frame(3))
    #expect(ended.confidence == 0)
  }

  /// One follows the target back; the other one stays away, where nothing of it is.
  @Test func aTargetThatLeftAndReturnsIsFollowedAgain() throws {
    let outside = Box(x: -90, y: -40, width: 20, height: 10)
    let faithful = (0..<12).map { 4..<8 ~= $0 ? outside : Self.truth($0) }
    let returning = RecordedTracker(faithful), gone = RecordedTracker(Array(faithful.prefix(7)))
    for trackers in [[returning, gone], [returning, returning, gone]] {
      var tracker = SFTracker(trackers)
      try tracker.start(Self.frame(0), on: .box(Self.truth))
      for index in 1..<12 {
        let box = try tracker.track(Self.frame(index)).region.boundingBox
        #expect(4..<8 ~= index || box.iou(Self.truth(index)) > 0.8, "\(index): \(box)")
      }
    }
  }

  @Test func framesMayChangeTheirSizeAndBoxesLeaveThem() throws {
    let boxes: [Box?] = [
      Self.truth, Box(x: -300, y: -300, width: 10, height: 10), Box(x: 5, y: 5, width: 4e7, height: 1),
      Box(x: -1e12, y: 2, width: 3e12, height: 9),
    ]
    let recorded = RecordedTracker(boxes)
    for network in [nil, SFTrack(.small, trackers: 2)] {
      var tracker = SFTracker([recorded, recorded], network: network)
      try tracker.start(Self.frame(0), on: .box(Self.truth))
      for (height, width) in [(20, 30), (300, 20), (1, 1)] {
        let target = try tracker.track(Image(height: height, width: width, color: .red))
        let box = target.region.boundingBox
        for side in [box.x, box.y, box.width, box.height] { #expect(side.isFinite) }
        #expect(target.mask.map { $0.height == height && $0.width == width } ?? (network == nil))
      }
    }
  }

  @Test func fineTuningChangesFeat2SegAndNothingElse() throws {
    let recorded = RecordedTracker((0..<5).map { Self.truth($0) })
    for fineTunes in [false, true] {
      let network = SFTrack(.small, trackers: 2)
      let before = network.stateDict
      var tracker = SFTracker([recorded, recorded], network: network, fineTunes: fineTunes)
      try tracker.start(Self.frame(0), on: .box(Self.truth))
      for index in 1..<3 { #expect(try tracker.track(Self.frame(index)).mask != nil) }
      let after = network.stateDict
      let changed = before.names.filter { (after[$0]! - before[$0]!).abs().max().item > 0 }
      #expect(changed.isEmpty == !fineTunes)
      // Statistics stay as they were trained.
      #expect(changed.allSatisfy { $0.hasPrefix("feat2seg.") && !$0.contains("running") }, "\(changed)")
    }
  }

  @Test func networksTellTheTargetsPixels() throws {
    let recorded = RecordedTracker((0..<5).map { Self.truth($0) })
    var tracker = SFTracker([recorded, recorded], network: SFTrack(.small, trackers: 2))
    var bare = SFTracker([recorded, recorded])
    try tracker.start(Self.frame(0), on: .box(Self.truth))
    try bare.start(Self.frame(0), on: .box(Self.truth))
    for index in 1..<4 {
      let (target, plain) = try (tracker.track(Self.frame(index)), bare.track(Self.frame(index)))
      #expect(target.mask?.height == 96 && target.mask?.width == 128 && plain.mask == nil)
      #expect(target.region == plain.region)
    }
    // Another size in the middle of the video.
    let smaller = try tracker.track(Image(height: 20, width: 30, color: .red))
    #expect(smaller.mask?.height == 20)
  }
}
