import Foundation
import Tensor
import Vision

/// Tells by how much a target grew or shrank: a correlation filter along scales alone, on the gradients of the target at
/// 17 sizes (Danelljan et al., "Accurate Scale Estimation for Robust Visual Tracking", BMVC 2014).
struct ScaleFilter: Sendable {
  private var filter: CorrelationFilter
  private let height: Int, width: Int

  // The paper's settings, but for fewer sizes farther apart, which find as much in half the time.
  private static let count = 17, step = 1.03, largestArea = 512.0, cellSize = 4
  private static let rate = 0.025, regularization = 0.01
  private static let window = CorrelationFilter.window([count])

  /// A filter for a target of that size, which knows nothing.
  init(targetHeight: Double, targetWidth: Double) {
    let shrinking = min((Self.largestArea / (targetHeight * targetWidth)).squareRoot(), 1)
    func side(_ length: Double) -> Int {
      max(Int(length * shrinking) / Self.cellSize, 2) * Self.cellSize
    }
    (height, width) = (side(targetHeight), side(targetWidth))
    let wished = CorrelationFilter.bell([Self.count], deviation: Double(Self.count).squareRoot() / 4)
    filter = CorrelationFilter(wished: wished, rate: Self.rate, regularization: Self.regularization)
  }

  /// Learns the target's present size.
  mutating func learn(_ frame: Image, _ target: Box) { filter.learn(features(frame, target)) }

  /// By what to scale the target.
  func change(_ frame: Image, _ target: Box) -> Double {
    let response = filter.response(to: features(frame, target))
    return pow(Self.step, ResponsePeak(response.expandingAxis(0)).x)
  }

  /// The gradients of the target at each size, `[scales, K]`.
  private func features(_ frame: Image, _ target: Box) -> Tensor {
    let samples = (0..<Self.count).map { index in
      let scale = pow(Self.step, Double(index - Self.count / 2))
      let patch = frame.patch(target.scaled(by: scale), height: height, width: width)
      return patch.hogTensor(cellSize: Self.cellSize).flattened()
    }
    return Tensor.stack(samples) * Self.window
  }
}
