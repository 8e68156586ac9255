import Foundation
import Tensor

/// A video segmentation method, simulated by the errors that real ones make, so that what combines methods can be tried
/// without any: parts of the object missed, leaks beside it, clutter elsewhere, other objects taken for it, masks that
/// come late, frames without any, and contours that wander.
///
/// Errors are smooth in space and last over frames. Those at the object follow it. In part they are the video's, the
/// same for all methods, and some videos are hard for all.
struct SimulatedMethod: Sendable, Hashable {
  /// The method's name.
  var name: String
  /// The share of the object's pixels that is missed.
  var missing: Double
  /// False pixels beside the object, as a share of its own.
  var leaks: Double
  /// False pixels anywhere, as a share of the object's.
  var clutter: Double
  /// The share of frames in which another object is taken for a part of the object, for each other object.
  var distraction: Double
  /// The share of frames without any mask.
  var losses: Double
  /// How late a mask comes, in frames.
  var lag: Double
  /// How far the contour wanders, in hundredths of the frame's height.
  var wandering: Double
  /// How far masks are too large (to 1) or too small (to −1).
  var bias: Double
  /// The number of frames after which errors are new ones.
  var persistence: Int
  /// Whether values between 0 and 1 tell how sure the method is.
  var isSoft: Bool

  /// A method of the given errors.
  init(
    name: String, missing: Double, leaks: Double, clutter: Double, distraction: Double, losses: Double,
    lag: Double, wandering: Double, bias: Double, persistence: Int, isSoft: Bool
  ) {
    (self.name, self.missing, self.leaks, self.clutter) = (name, missing, leaks, clutter)
    (self.distraction, self.losses, self.lag, self.wandering) = (distraction, losses, lag, wandering)
    (self.bias, self.persistence, self.isSoft) = (bias, persistence, isSoft)
  }

  /// Fifteen methods of falling quality, `method-01` to `method-15`. By turns they err as networks on single frames do
  /// (distraction, errors that flicker), as those on motion (lag, leaks, losses) and as graphs of superpixels (missing
  /// parts, contours, errors that last).
  static let fifteen: [SimulatedMethod] = (0..<15).map { rank in
    let poor = Double(rank) / 14
    let severity = 0.55 + 0.6 * poor + 0.9 * poor * poor
    func error(_ amount: Double, _ byKind: [Double]) -> Double { amount * severity * byKind[rank % 3] }
    return SimulatedMethod(
      name: "method-" + (rank < 9 ? "0" : "") + "\(rank + 1)",
      missing: error(0.09, [0.8, 1, 1.3]), leaks: error(0.08, [0.8, 1.4, 0.9]),
      clutter: error(0.05, [1, 0.7, 1.3]), distraction: error(0.07, [1.6, 0.6, 0.8]),
      losses: error(0.012, [0.7, 1.6, 0.8]), lag: error(0.25, [0.4, 2, 0.8]),
      wandering: error(1.6, [0.8, 1, 1.3]), bias: [-0.2, 0.5, 0.1, 0.3, -0.4][rank % 5],
      persistence: [3, 5, 10][rank % 3], isSoft: rank % 4 != 3)
  }

  /// What the method makes of a video, `[T, H, W]` in [0, 1].
  ///
  /// - Parameters:
  ///   - truth: where the object is, 0 or 1, `[T, H, W]`.
  ///   - others: the same of each other object.
  ///   - seed: the video's; with the method's name it determines the result.
  func masks(truth: Tensor, others: [Tensor], seed: UInt64) -> Tensor {
    let errors = SimulatedErrors(self, truth: truth, seed: seed)
    let flow = errors.wandering(by: wandering)
    let contour = errors.contours(errors.delayed(truth, by: lag), along: flow, bias: bias)
    let around = errors.surroundings(of: contour)
    var mask =
      contour - errors.region(.missing, within: contour, share: missing, of: contour)
      + errors.region(.leak, within: around, share: leaks, of: contour)
      + errors.region(.clutter, within: 1 - contour - around, share: clutter, of: contour)
    for (index, other) in others.enumerated() {
      let taken = errors.contours(other, along: flow, bias: bias)
      mask = Tensor.maximum(mask, taken * errors.frames(.distraction, index, share: distraction))
    }
    mask = mask * (1 - errors.frames(.loss, share: losses))
    return isSoft ? errors.blurred(mask, radius: 1) : (mask .> 0.5).to(.float32)
  }
}
