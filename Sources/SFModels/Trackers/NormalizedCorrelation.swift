import Tensor
import Vision

/// The grey levels of a part of a frame, and where in other frames they are found: by normalised cross-correlation, whatever
/// their brightness and contrast (Briechle & Hanebeck, "Template Matching using Fast Normalized Cross Correlation", SPIE
/// 2001).
struct NormalizedCorrelation: Sendable {
  /// The part's sides in pixels of its own, and how large a region it is looked for in, in sizes of the part.
  private let side: Int, reach: Double
  /// The spectrum of the part's levels, of mean 0 and norm 1.
  private let template: Tensor

  /// The part that a box shows.
  init(_ frame: Image, _ box: Box, side: Int, reach: Double) {
    (self.side, self.reach) = (side, reach)
    let levels = Self.levels(frame, box, side: side)
    let centred = levels - levels.mean()
    let rest = Self.region(side, reach) - side
    template = (centred / (centred.norm() + 1e-5)).padded([(0, 0), (0, rest), (0, rest), (0, 0)])
      .realFFT(axis: [1, 2]).conjugated()
  }

  private static func region(_ side: Int, _ reach: Double) -> Int { Int((Double(side) * reach).rounded()) }

  /// Where around a box of the part's size the part is found best: how far from there, in sizes of the box, and how well, at
  /// most 1.
  func match(_ frame: Image, around box: Box) -> (x: Double, y: Double, correlation: Double) {
    let size = Self.region(side, reach)
    let levels = Self.levels(frame, box.scaled(by: Double(size) / Double(side)), side: size)
    let region = levels - levels.mean()
    let (sums, squares) = (boxSums(region), boxSums(region * region))
    let count = Double(side * side)
    let places = sums.shape[1]
    let products = region.realFFT(axis: [1, 2]).complexProduct(template)
      .inverseRealFFT(axis: [1, 2], length: size)[.all, 0..<places, 0..<places]
    // A flat place resembles nothing: what varies by less than a grey level counts as flat.
    let correlation = products / ((squares - sums * sums / count).clamp(min: 0) + count / (255 * 255)).sqrt()
    let peak = ResponsePeak(correlation.squeezed(axis: [0, 3]))
    return (peak.x / Double(side), peak.y / Double(side), peak.value)
  }

  /// The sum under the part at each place.
  private func boxSums(_ x: Tensor) -> Tensor {
    x.conv2d(Tensor(ones: [side, 1, 1, 1])).conv2d(Tensor(ones: [1, side, 1, 1]))
  }

  /// Grey levels in [0, 1], `[1, side, side, 1]`.
  private static func levels(_ frame: Image, _ box: Box, side: Int) -> Tensor {
    frame.patch(box, height: side, width: side).converted(to: .grey).tensor().expandingAxis(0)
  }
}
