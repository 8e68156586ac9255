import Tensor
import Vision

/// Follows a target by what other trackers say of it: where most of them see it (``BoxConsensus``), those first that have been
/// right so far, and whose boxes sit on what the target looks like; marked in the way of the first box.
///
/// ```swift
/// var tracker = SFTracker([RecordedTracker(first), RecordedTracker(second), CorrelationTracker()])
/// ```
public struct SFTracker: Tracker {
  private var trackers: [any Tracker]
  private let weights: [Double]
  private let network: SFTrack?
  private let fineTunes: Bool
  private var target: Target?

  /// What is known of the target.
  private struct Target {
    var box: Box
    var judge: BoxJudge
    var calibration: BoxCalibration
    var trust: EarnedTrust
    var window: SFTrackWindow?

    /// Takes in where trackers see it; nil where none does.
    mutating func follow(_ frame: Image, _ boxes: [Box?]) -> BoxConsensus? {
      let seen = boxes.indices.filter { boxes[$0] != nil }
      let found = seen.map { boxes[$0]! }
      let weights = trust.weights
      trust.observe(boxes)
      guard
        let consensus = BoxConsensus(
          found, weights: seen.map { weights[$0] }, scores: found.map { judge.score(frame, $0) })
      else { return nil }
      judge.learn(frame, consensus.box)
      calibration.observe(frame, consensus.box)
      box = calibration.corrected(consensus.box)
      return consensus
    }
  }

  /// A tracker made of others, whose votes count alike unless weights say how much; with networks trained for as many of
  /// them it tells the target's pixels too. With `fineTunes` their `feat2seg`, the one given, learns the target from frame to
  /// frame.
  public init(
    _ trackers: [any Tracker], weights: [Double]? = nil, network: SFTrack? = nil, fineTunes: Bool = false
  ) {
    require(
      weights.map { $0.count == trackers.count && $0.allSatisfy { $0 > 0 && $0.isFinite } } ?? true,
      "SFTracker: \(trackers.count) trackers, weights \(weights ?? [])")
    require(
      network.map { $0.trackerCount == trackers.count } ?? true,
      "SFTracker: \(trackers.count) trackers, networks for \(network?.trackerCount ?? 0)")
    (self.trackers, self.network, self.fineTunes) = (trackers, network, fineTunes)
    self.weights = weights ?? trackers.map { _ in 1 }
  }

  /// Starts them all on the target. Throws what they throw.
  public mutating func start(_ frame: Image, on region: Region) throws {
    for index in trackers.indices { try trackers[index].start(frame, on: region) }
    let box = region.boundingBox.trackable(in: frame)
    target = Threads.serially {
      Target(
        box: box, judge: BoxJudge(frame, box), calibration: BoxCalibration(frame, box),
        trust: EarnedTrust(weights), window: network.map { SFTrackWindow($0, isTuned: fineTunes) })
    }
    _ = target!.window?.mask(frame, trackers.map { _ in box }, around: box)
  }

  /// The target's box in the next frame, its pixels where there are networks, and how well the trackers agree on it. Where
  /// none of them sees the target it is taken to stay, with a confidence of 0. Throws what the trackers throw.
  public mutating func track(_ frame: Image) throws -> TrackedTarget {
    guard var target else { fatalError("SFTracker: a frame to track in before one to start on") }
    var found: [Box?] = []
    for index in trackers.indices {
      let answer = try trackers[index].track(frame)
      let box = answer.region.boundingBox
      found.append(answer.confidence > 0 && box.isFollowable ? box : nil)
    }
    defer { self.target = target }
    guard let consensus = Threads.serially({ target.follow(frame, found) }) else {
      return TrackedTarget(.box(target.box), confidence: 0)
    }
    let mask = target.window?.mask(frame, found, around: consensus.box)
    return TrackedTarget(.box(target.box), mask: mask, confidence: consensus.agreement)
  }
}
