import Tensor
import Vision

/// The instance branch of ``RTS`` alone: it tells where the target is by the instance model's scores, and a correlation
/// filter along scales how large. It needs no training but its backbone's.
public struct InstanceTracker: Tracker, Sendable {
  private let network: RTS
  private var target: Target?

  private struct Target: Sendable {
    var box: Box
    var learner: InstanceLearner
    var scaleFilter: ScaleFilter
    var frame = 0
  }

  private static let options = RTSTracker.Options(for: .lite)
  /// The scores from which on the target moves, and is learned.
  private static let moving = 0.2, learning = 0.3

  /// A tracker of that network, whose weights it shares.
  public init(_ network: RTS) { self.network = network }

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on region: Region) {
    let image = frame.converted(to: .rgb)
    let box = region.boundingBox.trackable(in: frame)
    let search = search(image, box)
    target = Target(
      box: box,
      learner: InstanceLearner(network, search.image(image), search.inside(box), Self.options),
      scaleFilter: ScaleFilter(image, box))
  }

  /// The target's box in the next frame, and the instance model's score.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard var target else { fatalError("InstanceTracker: a frame to track in before one to start on") }
    defer { self.target = target }
    target.frame += 1
    let image = frame.converted(to: .rgb)
    let search = search(image, target.box)
    let features = network.features(search.image(image).tensor().expandingAxis(0)).instance
    let peaks = target.learner.peaks(
      target.learner.scores(features), target: search.inside(target.box).size)
    if peaks.score > Self.moving {
      let moved = target.box.centred(at: search.outside(peaks.place)).trackable(in: image)
      target.box = target.scaleFilter.follow(image, moved)
    }
    if peaks.score > Self.learning { target.learner.take(features, peaks, frame: target.frame) }
    return TrackedTarget(.box(target.box), confidence: min(max(peaks.score, 0), 1))
  }

  /// Of a large target more than the frame is seen, so that it looks as large as others.
  private func search(_ image: Image, _ box: Box) -> SearchRegion {
    SearchRegion(
      around: Point(box.centerX, box.centerY), side: box.area.squareRoot(), of: image, for: network,
      isLimited: false)
  }
}
