import Foundation
import Tensor
import Vision

/// Tells how well a box sits on a target: the response, in its middle, of a correlation filter that learned what the target
/// looks like in its box (Danelljan et al., "Accurate Scale Estimation for Robust Visual Tracking", BMVC 2014). A box that is
/// shifted, or too large or small, answers less.
struct BoxJudge: Sendable {
  private var filter: CorrelationFilter

  // The filter sees a box with as much again around it, in cells of so many pixels; its wished response is so wide, in sizes
  // of the box. A frame whose box answers less than the threshold is not learned.
  private static let context = 2.0, cells = 32, cellSize = 4, deviation = 0.1, threshold = 0.2
  private static let rate = 0.02, regularization = 160.0
  private static let window = CorrelationFilter.window([cells, cells])

  /// The target in its first box.
  init(_ frame: Image, _ box: Box) {
    let wished = CorrelationFilter.bell(
      [Self.cells, Self.cells], deviation: Self.deviation * Double(Self.cells) / Self.context)
    filter = CorrelationFilter(wished: wished, rate: Self.rate, regularization: Self.regularization)
    filter.learn(Self.features(frame, box))
  }

  /// How well a box sits, about 1 at best.
  func score(_ frame: Image, _ box: Box) -> Double {
    let response = filter.response(to: Self.features(frame, box))
    return response[Self.cells / 2, Self.cells / 2].item
  }

  /// Learns the target as it is now, where the box seems right.
  mutating func learn(_ frame: Image, _ box: Box) {
    if score(frame, box) > Self.threshold { filter.learn(Self.features(frame, box)) }
  }

  /// Gradients and colours, `[cells, cells, 16]`, of mean square 1, that fade towards the edges.
  private static func features(_ frame: Image, _ box: Box) -> Tensor {
    let side = cells * cellSize
    let patch = frame.patch(box.trackable(in: frame).scaled(by: context), height: side, width: side)
    let gradients = patch.hogTensor(cellSize: cellSize)[.ellipsis, 18..<31]
    let colors = patch.resized(height: cells, width: cells).labTensor()
    let features = Tensor.concatenate(
      [gradients, colors - colors.mean(axis: [0, 1], keepingAxes: true)], axis: 2)
    let windowed = features * window
    return windowed / ((windowed * windowed).mean().sqrt() + 1e-5)
  }
}
