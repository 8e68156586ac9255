import Foundation
import Tensor
import Vision

/// Where the cells of a square lie in it, and their answers between them.
struct SpatialGrid: Sendable {
  /// The cells of a side, and their size in pixels.
  let cells: Int
  static let stride = 16
  /// Where the first answer belongs, in pixels: to the corner of its cell of an even filter.
  private let first: Double
  /// Fourier interpolation of a side's answers, a row for each pixel.
  private let interpolation: Tensor
  /// The Hann window of a side, `[pixels]`.
  private let window: Tensor

  /// The grid of a square of that side in pixels.
  init(side: Int, filterSize: Int) {
    let cells = (side + Self.stride - 1) / Self.stride,
      first = filterSize % 2 == 0 ? 0 : Double(Self.stride) / 2
    (self.cells, self.first) = (cells, first)
    let pixels = cells * Self.stride
    // The periodic function of least frequency through all answers, in steps of a pixel.
    interpolation = Tensor(
      (0..<pixels).flatMap { pixel in
        (0..<cells).map { cell -> Float in
          let turn = 2 * Double.pi * (Double(pixel) / Double(Self.stride) - Double(cell)) / Double(cells)
          let waves = (1..<(cells + 1) / 2).reduce(1) { $0 + 2 * cos(Double($1) * turn) }
          let last = cells % 2 == 0 ? cos(Double(cells / 2) * turn) : 0
          return Float((waves + last) / Double(cells))
        }
      }, shape: [pixels, cells])
    window = Tensor(
      (0..<pixels).map { pixel -> Float in
        let place = (Double(pixel) + first) / Double(side)
        return Float(0.5 - 0.5 * cos(2 * .pi * min(max(place, 0), 1)))
      })
  }

  /// The labels `[1, H, W, 1]` of a target centred at a place: a bell of height 1, its deviation in pixels.
  func label(center: Point, deviation: Double) -> Tensor {
    func bell(_ center: Double) -> Tensor {
      Tensor(
        (0..<cells).map { cell -> Float in
          let distance = (first + Double(cell * Self.stride) - center) / deviation
          return Float(exp(-distance * distance / 2))
        })
    }
    return (bell(center.y).expandingAxis(1) * bell(center.x)).reshape(1, cells, cells, 1)
  }

  /// Scores `[H, W]` between the cells, `[16H, 16W]`, where asked for times the Hann window.
  func interpolated(_ scores: Tensor, windowed: Bool) -> Tensor {
    let fine = interpolation.matmul(scores).matmul(interpolation, otherTransposed: true)
    return windowed ? fine * window.expandingAxis(1) * window : fine
  }

  /// The peaks of such scores.
  /// - Parameter neighbourhood: the target's size in pixels, about the first peak: the second lies beyond.
  func peaks(_ fine: Tensor, neighbourhood: Point) -> ScorePeaks {
    ScorePeaks(fine, origin: first, step: 1, neighbourhood: neighbourhood)
  }
}
