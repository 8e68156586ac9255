import Foundation
import Tensor

/// The random numbers behind a simulated track, frame by frame: in part the video's, in part the tracker's own.
struct TrackingErrors {
  /// What goes wrong in a frame.
  struct Draw {
    /// Of the centre, in sizes.
    var offset: SIMD2<Double>
    /// The logarithms of the size and of the proportions.
    var size: Double, aspect: Double
    var isLoss: Bool, isJump: Bool
    /// Where a tracker that loses its target looks, in sizes from it.
    var aside: SIMD2<Double>
    /// How long a loss that begins here lasts, in frames.
    var duration: Int
  }

  /// How much of the variance all trackers of a video share.
  private static let sharedVariance = 0.5

  private var shared: SeededGenerator, own: SeededGenerator
  private var jitter = SIMD2<Double>(0, 0), drift = SIMD2<Double>(0, 0), form = SIMD2<Double>(0, 0)

  init(name: String, target: Int, seed: UInt64) {
    shared = SeededGenerator(seed: seed).fork(target)
    own = name.utf8.reduce(shared) { $0.fork(Int($1)) }
  }

  /// The next frame's; the first one's errors start from none, as a tracker starts on the true box.
  mutating func next(for tracker: SimulatedTracker) -> Draw {
    jitter = advanced(jitter, keeping: 0.62)
    drift = advanced(drift, keeping: 0.967)
    form = advanced(form, keeping: 0.92)
    let (loss, jump, length) = (normal(), normal(), normal())
    let angle = atan2(normal(), normal())
    let grown = SIMD2(tracker.sizeError, tracker.aspectError) * form
    return Draw(
      offset: tracker.centerError * jitter + tracker.drift * drift, size: tracker.sizeBias + grown.x,
      aspect: grown.y, isLoss: Self.share(above: loss) < tracker.lossRate,
      isJump: Self.share(above: jump) < tracker.jumpRate, aside: 1.2 * SIMD2(cos(angle), sin(angle)),
      duration: 1 + Int(min(tracker.duration * exp(1.2 * length), 1e6)))
  }

  /// The next value of a process of unit variance in the long run.
  private mutating func advanced(_ value: SIMD2<Double>, keeping share: Double) -> SIMD2<Double> {
    share * value + (1 - share * share).squareRoot() * SIMD2(normal(), normal())
  }

  /// A number of unit variance.
  private mutating func normal() -> Double {
    Self.sharedVariance.squareRoot() * shared.normal()
      + (1 - Self.sharedVariance).squareRoot() * own.normal()
  }

  /// The share of normally distributed numbers that are larger.
  private static func share(above value: Double) -> Double { erfc(value / 2.0.squareRoot()) / 2 }
}
