import Foundation
import Tensor

/// Position, turn and size of something in the plane at one moment.
struct Pose: Sendable {
  var position: SIMD2<Float>
  var angle: Float
  var scale: Float

  /// This pose as seen through another: `parent` applied after it.
  func inside(_ parent: Pose) -> Pose {
    Pose(
      position: parent.apply(position), angle: angle + parent.angle, scale: scale * parent.scale)
  }

  /// A point given in the coordinates around the pose, in its own: the inverse of `apply`.
  func unapply(_ point: SIMD2<Float>) -> SIMD2<Float> {
    let (c, s) = (cos(angle) / scale, sin(angle) / scale)
    let offset = point - position
    return SIMD2(c * offset.x + s * offset.y, c * offset.y - s * offset.x)
  }

  /// A point given in the pose's own coordinates, in those around it.
  func apply(_ point: SIMD2<Float>) -> SIMD2<Float> {
    let (c, s) = (cos(angle) * scale, sin(angle) * scale)
    return position + SIMD2(c * point.x - s * point.y, s * point.x + c * point.y)
  }
}

/// A smooth path: a drift with acceleration and a sway in position, turn and size. Lengths are in frame
/// heights; time runs from 0 to 1 over a sequence.
struct Motion: Sendable {
  private var middle: SIMD2<Float>
  private var velocity: SIMD2<Float>
  private var acceleration: SIMD2<Float>
  private var sway: SIMD2<Float>
  private var swayRate: Float
  private var swayPhase: Float
  private var angle: Float
  private var turn: Float
  private var size: Float
  private var growth: Float
  /// What is added in the middle of the sequence.
  private var excursion = SIMD2<Float>(0, 0)

  /// A path through `middle` at half time. `liveliness` scales how far things move, turn and grow.
  init(
    through middle: SIMD2<Float>, size: Float, liveliness: Double, upright: Bool,
    using generator: inout SeededGenerator
  ) {
    func vector(_ length: Double) -> SIMD2<Float> {
      let direction = generator.uniform(0..<2 * .pi)
      let amount = length * generator.uniform(0.2..<1) * liveliness
      return SIMD2(Float(amount * cos(direction)), Float(0.7 * amount * sin(direction)))
    }
    self.middle = middle
    velocity = vector(0.8)
    acceleration = vector(1)
    sway = vector(0.06)
    swayRate = Float(generator.uniform(3..<12))
    swayPhase = Float(generator.uniform(0..<2 * .pi))
    angle = Float(upright ? generator.normal(standardDeviation: 0.15) : generator.uniform(0..<2 * .pi))
    turn = Float(generator.normal(standardDeviation: upright ? 0.2 : 0.9) * liveliness)
    self.size = size
    growth = Float(generator.normal(standardDeviation: 0.3) * liveliness)
  }

  /// Leaves a frame `aspect` wide by the nearer side at a third of the sequence, and is back at three quarters.
  mutating func leave(aspect: Float) {
    let pose = pose(at: Self.away.start + Self.away.length / 2)
    // Bodies reach little more than their size around their position.
    let reach = 2 * pose.scale
    excursion.x = pose.position.x < aspect / 2 ? -pose.position.x - reach : aspect - pose.position.x + reach
  }

  /// When an excursion is at its end, and how long it stays there and takes there and back.
  private static let away: (start: Float, length: Float, way: Float) = (0.45, 0.15, 0.2)

  /// How much of an excursion is done: 0 here, 1 there.
  private func distance(at time: Float) -> Float {
    func step(_ t: Float) -> Float {
      let t = min(max(t, 0), 1)
      return t * t * (3 - 2 * t)
    }
    let (start, length, way) = Self.away
    return step(1 - (start - time) / way) - step((time - start - length) / way)
  }

  func pose(at time: Float) -> Pose {
    let t = time - 0.5
    let swing = sin(swayRate * time + swayPhase)
    return Pose(
      position: middle + velocity * t + acceleration * (t * t / 2 - 1 / 24) + sway * swing
        + excursion * distance(at: time),
      angle: angle + turn * t + 0.08 * turn * swing,
      scale: size * exp(growth * t))
  }
}
