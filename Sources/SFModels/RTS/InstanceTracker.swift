import Foundation
import Tensor
import Vision

/// The instance branch of ``RTS`` alone: it tells where the target is by the instance model's scores, and how large by the
/// best of three scales. It needs no training but its backbone's.
public struct InstanceTracker: Tracker, Sendable {
  private let network: RTS
  private var target: (box: Box, learner: InstanceLearner, frame: Int)?

  private static let options: RTSTracker.Options = {
    var options = RTSTracker.Options()
    (options.firstSamples, options.firstInstanceSteps) = (.paper, 30)
    (options.instanceRate, options.instanceSteps) = (0.02, 3)
    return options
  }()
  /// The scales looked at, what the scores of another than the present one lose, and how far the size follows.
  private static let scales = [1, 0.97, 1.03], penalty = 0.985, damping = 0.6
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
    let searches = Self.scales.map { search(image, target.box, scale: $0) }
    let features = network.features(.stack(searches.map { $0.image(image).tensor() })).instance
    let peaks = searches.indices.map { target.learner.peak(target.learner.scores(features[$0..<$0 + 1])) }
    func worth(_ index: Int) -> Double { peaks[index].score * (index == 0 ? 1 : Self.penalty) }
    let best = peaks.indices.max { worth($0) < worth($1) }!
    let peak = peaks[best]
    if peak.score > Self.moving {
      let center = searches[best].outside(peak.place)
      let growth = 1 + Self.damping * (Self.scales[best] - 1)
      target.box = Box(
        centerX: center.x, centerY: center.y, width: growth * target.box.width,
        height: growth * target.box.height
      ).trackable(in: image)
    }
    if peak.score > Self.learning {
      target.learner.remember(features[best..<best + 1], center: peak.place)
      if target.frame % Self.interval == 0 { target.learner.learn(steps: Self.options.instanceSteps) }
    }
    return TrackedTarget(.box(target.box), confidence: min(max(peak.score, 0), 1))
  }

  private func search(_ image: Image, _ box: Box, scale: Double = 1) -> SearchRegion {
    SearchRegion(
      around: Point(box.centerX, box.centerY), side: scale * box.area.squareRoot(), of: image, for: network,
      isLimited: false)
  }
}
