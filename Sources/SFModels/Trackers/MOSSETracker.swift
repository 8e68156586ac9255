import Foundation
import Tensor
import Vision

/// Follows a target by a correlation filter on grey levels, the simplest and fastest there is (Bolme et al., "Visual Object
/// Tracking using Adaptive Correlation Filters", CVPR 2010). The target keeps its size. Where the response is not sharp
/// enough to trust, the target stays where it was and nothing is learned.
public struct MOSSETracker: Tracker, Sendable {
  private var filter: CorrelationFilter?
  private var target = Box(x: 0, y: 0, width: 0, height: 0)

  // The paper's rate, perturbations and the sharpness below which a target is lost. The filter sees the target with as
  // much again around it, in `side` × `side` pixels.
  private static let rate = 0.125, perturbations = 8, sharpness = 7.0, context = 2.0
  private static let side = 64, deviation = 2.0
  private static let window = CorrelationFilter.window([side, side])

  /// A tracker.
  public init() {}

  /// Starts on the box around the target: learns what it looks like, also turned and scaled a little.
  public mutating func start(_ frame: Image, on target: Region) {
    Threads.serially { learn(frame, target.boundingBox) }
  }

  private mutating func learn(_ frame: Image, _ box: Box) {
    target = box.trackable(in: frame)
    var generator = SeededGenerator(seed: 1)
    let perturbed = (0..<Self.perturbations).map { _ in
      features(
        perturbedPatch(frame, turn: generator.uniform(-0.1..<0.1), scale: generator.uniform(0.9..<1.1)))
    }
    var filter = CorrelationFilter(
      wished: CorrelationFilter.bell([Self.side, Self.side], deviation: Self.deviation), rate: Self.rate,
      regularization: 1e-2)
    filter.learn([features(patch(frame))] + perturbed)
    self.filter = filter
  }

  /// The target's box in the next frame.
  public mutating func track(_ frame: Image) -> TrackedTarget { Threads.serially { follow(frame) } }

  private mutating func follow(_ frame: Image) -> TrackedTarget {
    guard let filter else { fatalError("MOSSETracker: a frame to track in before one to start on") }
    let peak = ResponsePeak(filter.response(to: features(patch(frame))))
    if peak.sharpness > Self.sharpness {
      let step = Self.context / Double(Self.side)
      target = target.translated(x: peak.x * step * target.width, y: peak.y * step * target.height)
        .trackable(in: frame)
      self.filter!.learn(features(patch(frame)))
    }
    return TrackedTarget(.box(target), confidence: min(peak.sharpness / (2 * Self.sharpness), 1))
  }

  private func patch(_ frame: Image) -> Image {
    frame.patch(target.scaled(by: Self.context), height: Self.side, width: Self.side).converted(to: .grey)
  }

  private func perturbedPatch(_ frame: Image, turn: Double, scale: Double) -> Image {
    let middle = Double(Self.side) / 2
    return patch(frame).warped(
      by: Affine.translation(-middle, -middle).then(.rotation(turn)).then(.scale(scale, scale))
        .then(.translation(middle, middle)),
      height: Self.side, width: Self.side)
  }

  /// Logarithms of the grey levels, of mean 0 and variance 1, that fade towards the edges.
  private func features(_ patch: Image) -> Tensor {
    let logarithms = (Tensor(patch.pixels, shape: [Self.side, Self.side, 1]).to(.float32) + 1).log()
    let centred = logarithms - logarithms.mean()
    return centred / (centred.standardDeviation() + 1e-5) * Self.window
  }
}
