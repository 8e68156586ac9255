import Foundation
import Tensor
import Vision

/// The instance branch of ``RTS`` alone: it tells where the target is by the instance model's scores, and how large by the
/// best of three scales. It needs no training but its backbone's.
public struct InstanceTracker: Tracker, Sendable {
  private let network: RTS
  private var target: (box: Box, learner: InstanceLearner, frame: Int)?

  private static let options = RTSTracker.Options(for: .lite)
  /// The scores from which on the target moves, and is learned.
  private static let moving = 0.2, learning = 0.3
  /// Learns in every so-many-th frame.
  private static let interval = 10

  /// A tracker of that network, whose weights it shares.
  public init(_ network: RTS) { self.network = network }

  /// Starts on the box around the target.
  public mutating func start(_ frame: Image, on region: Region) {
    let image = frame.converted(to: .rgb)
    let box = region.boundingBox.trackable(in: frame)
    let search = search(image, box)
    target = (
      box, InstanceLearner(network, search.image(image), search.inside(box), Self.options), 0
    )
  }

  /// The target's box in the next frame, and the instance model's score.
  public mutating func track(_ frame: Image) -> TrackedTarget {
    guard var target else { fatalError("InstanceTracker: a frame to track in before one to start on") }
    defer { self.target = target }
    target.frame += 1
    let image = frame.converted(to: .rgb)
    let best = Sighting.best(
      ([1] + Sighting.scales).map { scale in
        target.learner.sighting(image, search(image, target.box, scale: scale), scale: scale)
      })
    let score = best.peak.score
    if score > Self.moving { target.box = best.box(after: target.box, in: image) }
    if score > Self.learning {
      target.learner.remember(best.features, center: best.peak.place)
      if target.frame % Self.interval == 0 { target.learner.learn(steps: Self.options.instanceSteps) }
    }
    return TrackedTarget(.box(target.box), confidence: min(max(score, 0), 1))
  }

  /// Of a large target more than the frame is seen, so that it looks as large as others.
  private func search(_ image: Image, _ box: Box, scale: Double = 1) -> SearchRegion {
    SearchRegion(
      around: Point(box.centerX, box.centerY), side: scale * box.area.squareRoot(), of: image, for: network,
      isLimited: false)
  }
}
