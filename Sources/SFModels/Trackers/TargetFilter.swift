import Tensor
import Vision

/// Tells where a target is by a confined correlation filter on gradients and colours, which learns from a wide background
/// but looks at the target alone.
struct TargetFilter: Sendable {
  private var filter: ConfinedFilter

  // The filter sees a square around the target, so many of its sizes wide, in cells of so many pixels.
  private static let surroundings = 5.0, cells = 48, cellSize = 4
  /// How wide the wished response is, in sizes of the target.
  private static let deviation = 0.1
  private static let window = CorrelationFilter.window([cells, cells])

  /// A filter that knows the target as it is in a frame.
  init(_ frame: Image, _ target: Box) {
    let cell = Self.cell(of: target)
    let (height, width) = (target.height / cell, target.width / cell)
    let wished = CorrelationFilter.bell(
      [Self.cells, Self.cells], deviation: (height * width).squareRoot() * Self.deviation)
    filter = ConfinedFilter(wished: wished, targetHeight: height, targetWidth: width)
    learn(frame, target)
  }

  /// Learns the target as it is in a frame.
  mutating func learn(_ frame: Image, _ target: Box) { filter.learn(Self.features(frame, target)) }

  /// The response around where the target was, about 1 where it looks as it was learned, `[H, W]` in cells.
  func response(_ frame: Image, around target: Box) -> Tensor {
    filter.response(to: Self.features(frame, target))
  }

  /// A cell's side in the frame's pixels.
  static func cell(of target: Box) -> Double { target.area.squareRoot() * surroundings / Double(cells) }

  /// Gradients and colours around the target, `[cells, cells, 16]`, of mean square 1, that fade towards the edges.
  private static func features(_ frame: Image, _ target: Box) -> Tensor {
    let side = cell(of: target) * Double(cells), pixels = cells * cellSize
    let patch = frame.patch(
      Box(centerX: target.centerX, centerY: target.centerY, width: side, height: side), height: pixels,
      width: pixels)
    // Orientations and energies: with the directions too the filter is no better, and half as fast.
    let gradients = patch.hogTensor(cellSize: cellSize)[.ellipsis, 18..<31]
    let colors = patch.resized(height: cells, width: cells).labTensor()
    let features = Tensor.concatenate([gradients, colors], axis: 2) * window
    return features / ((features * features).mean().sqrt() + 1e-5)
  }
}
