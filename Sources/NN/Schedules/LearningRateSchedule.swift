import Foundation
import Tensor

/// The learning rate as a function of the rate that one starts with and of a position counted from 0, in epochs or in
/// steps: any closure is one.
///
/// ```swift
/// let schedule = LearningRateSchedule.warmUp(500, then: .cosine(over: 20_000))
/// let constantThenFalling = LearningRateSchedule { base, step in step < 1000 ? base : base / Double(step - 999).squareRoot() }
/// ```
public struct LearningRateSchedule {
  private let rate: (_ base: Double, _ position: Int) -> Double

  /// A schedule that is this function.
  public init(_ rate: @escaping (_ base: Double, _ position: Int) -> Double) { self.rate = rate }

  /// The rate at a position.
  public func callAsFunction(_ base: Double, at position: Int) -> Double { rate(base, position) }

  /// The rate one starts with, all the time.
  public static var constant: LearningRateSchedule { LearningRateSchedule { base, _ in base } }

  /// Times `factor` after every `length` positions; as `StepLR`.
  public static func step(every length: Int, factor: Double) -> LearningRateSchedule {
    require(length > 0, "LearningRateSchedule: a step every \(length)")
    return LearningRateSchedule { base, position in base * pow(factor, Double(position / length)) }
  }

  /// Times `factor` at each of the given positions; as `MultiStepLR`.
  public static func multiStep(at positions: [Int], factor: Double) -> LearningRateSchedule {
    LearningRateSchedule { base, position in base * pow(factor, Double(positions.count { $0 <= position })) }
  }

  /// Times `factor` at every position; as `ExponentialLR`.
  public static func exponential(factor: Double) -> LearningRateSchedule { .step(every: 1, factor: factor) }

  /// Times (1 − position / `length`) to a power, 0 from `length` on; as `PolynomialLR`. The "poly" of DeepLab.
  public static func polynomial(over length: Int, power: Double = 0.9) -> LearningRateSchedule {
    LearningRateSchedule { base, position in base * pow(max(0, 1 - share(position, of: length)), power) }
  }

  /// Along half a cosine to `minimum` at position `length`, where it stays; as `CosineAnnealingLR`.
  public static func cosine(over length: Int, minimum: Double = 0) -> LearningRateSchedule {
    LearningRateSchedule { base, position in cosine(from: base, to: minimum, share(position, of: length)) }
  }

  /// Along half a cosine up to the rate one starts with, which is the highest, within the share `rise` of `length`
  /// positions, and along another one down; as `OneCycleLR` (Smith & Topin 2018), of which the momentum's cycle is left
  /// out. It begins at the rate over `divisor`, and ends at that over `finalDivisor`.
  public static func oneCycle(
    over length: Int, rise: Double = 0.3, divisor: Double = 25, finalDivisor: Double = 1e4
  ) -> LearningRateSchedule {
    let (top, end) = (rise * Double(length) - 1, Double(length - 1))
    return LearningRateSchedule { base, position in
      let (start, position) = (base / divisor, min(Double(position), end))
      return position <= top
        ? cosine(from: start, to: base, top > 0 ? position / top : 1)
        : cosine(from: base, to: start / finalDivisor, end > top ? (position - top) / (end - top) : 1)
    }
  }

  /// Linearly from `startFactor` of the rate to all of it within `length` positions, then another schedule, which counts
  /// from there; as `LinearLR` followed by another one.
  public static func warmUp(
    _ length: Int, from startFactor: Double = 0.1, then schedule: LearningRateSchedule = .constant
  ) -> LearningRateSchedule {
    LearningRateSchedule { base, position in
      position < length
        ? base * (startFactor + (1 - startFactor) * share(position, of: length))
        : schedule(base, at: position - length)
    }
  }

  private static func share(_ position: Int, of length: Int) -> Double {
    min(1, Double(position) / Double(max(length, 1)))
  }

  private static func cosine(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) * (1 + cos(.pi * share)) / 2
  }
}
