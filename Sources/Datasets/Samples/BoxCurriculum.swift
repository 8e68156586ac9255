import Foundation
import Tensor
import Vision

/// Which boxes point a network at its object as training proceeds: the truth's at first, then more and more
/// faulty ones, as trackers give them (SFTrack++, phase 1).
public struct BoxCurriculum: Sendable {
  /// The steps with the truth's boxes alone.
  public var truthSteps: Int
  /// The steps after those over which the share of faulty boxes grows to its full size.
  public var growthSteps: Int
  /// The share of faulty boxes from then on.
  public var faultyShare: Double

  /// A curriculum; the defaults are for some hundreds of steps.
  public init(truthSteps: Int = 20, growthSteps: Int = 200, faultyShare: Double = 0.7) {
    self.truthSteps = truthSteps
    self.growthSteps = growthSteps
    self.faultyShare = faultyShare
  }

  /// The share of faulty boxes at a step.
  public func share(at step: Int) -> Double {
    faultyShare * min(max(Double(step - truthSteps + 1) / Double(max(growthSteps, 1)), 0), 1)
  }
}

/// What can be wrong with a box.
enum BoxFault: CaseIterable {
  /// Another place and size.
  case jitter
  /// A box of some frames ago.
  case stale
  /// A tracker's own box.
  case tracker
  /// No box, or the whole frame.
  case lost

  /// Draws a fault; trackers' boxes, where there are any, are half of them.
  static func draw(hasTrackers: Bool, using generator: inout SeededGenerator) -> BoxFault {
    if hasTrackers && generator.bool() { return .tracker }
    let draw = generator.uniform()
    return draw < 0.7 ? .jitter : draw < 0.97 ? .stale : .lost
  }
}

extension Box {
  /// The box moved and resized at random, by some tenths of its size.
  func jittered(using generator: inout SeededGenerator) -> Box {
    func factor() -> Double { exp(min(max(generator.normal(standardDeviation: 0.15), -0.4), 0.4)) }
    func shift() -> Double { min(max(generator.normal(standardDeviation: 0.1), -0.3), 0.3) }
    return Box(
      centerX: centerX + shift() * width, centerY: centerY + shift() * height,
      width: width * factor(), height: height * factor())
  }
}
