import Foundation
import Vision

extension RotatedBox {
  /// The rotated rectangle that fits set pixels best, which need not hold them all (Lukežič et al. 2020, §4.3; sizes of the
  /// released code): turned like the ellipse of the same moments, and from the extents on made smaller side by side as long
  /// as
  ///
  ///     N₁ / (¼(A − N₁) + N)
  ///
  /// grows, with N₁ of the N pixels inside its area A, and at least nine tenths of them. Where the ellipse is long beside the
  /// image, or the fit is far from the rectangle of the least area, that is taken; nil where no pixel is set.
  public init?(fitting mask: Mask) {
    guard let enclosing = RotatedBox(enclosing: mask), let ellipse = RotatedBox(aroundEllipseOf: mask) else {
      return nil
    }
    let isLong = ellipse.width > 0.6 * Double(mask.width) || ellipse.height > 0.6 * Double(mask.height)
    let fitted = BoxFit(mask, angle: ellipse.angle).box
    let ratio = fitted.width * fitted.height / max(enclosing.width * enclosing.height, 1e-9)
    self = !isLong && ratio > 0.1 && ratio < 2.5 ? fitted : enclosing
  }
}

/// A rectangle of whole steps along turned axes, and how well it fits a mask.
struct BoxFit {
  private let angle: Double
  /// The set pixels in each square of the turned grid, row by row, from an origin.
  private let counts: [[Int]]
  private let origin: Point
  private let total: Int
  private(set) var rows: Range<Int>, columns: Range<Int>

  /// The rectangle found by shrinking.
  init(_ mask: Mask, angle: Double) {
    self.init(extentsOf: mask, angle: angle)
    while let better = improved() { (rows, columns) = better }
  }

  /// The extents.
  init(extentsOf mask: Mask, angle: Double) {
    self.angle = angle
    let turn = Affine.rotation(-angle)
    let pixels = mask.values.indices.filter { mask.values[$0] != 0 }.map { index in
      turn(Double(index % mask.width) + 0.5, Double(index / mask.width) + 0.5)
    }
    let low = pixels.reduce(pixels[0]) { pointwiseMin($0, $1) },
      high = pixels.reduce(pixels[0]) { pointwiseMax($0, $1) }
    // A pixel's square begins half a step before its middle.
    origin = low - 0.5
    let (height, width) = (Int(high.y - low.y) + 1, Int(high.x - low.x) + 1)
    var counts = Array(repeating: Array(repeating: 0, count: width), count: height)
    for pixel in pixels { counts[Int(pixel.y - low.y)][Int(pixel.x - low.x)] += 1 }
    (self.counts, total, rows, columns) = (counts, pixels.count, 0..<height, 0..<width)
  }

  /// The rectangle in the image.
  var box: RotatedBox {
    let middle =
      origin + Point(
        Double(columns.lowerBound + columns.upperBound), Double(rows.lowerBound + rows.upperBound)) / 2
    let center = Affine.rotation(angle)(middle.x, middle.y)
    return RotatedBox(
      center: center, width: Double(columns.count), height: Double(rows.count), angle: angle)
  }

  /// How well a rectangle fits; 0 of one that leaves out too many pixels.
  func quality(_ rows: Range<Int>, _ columns: Range<Int>) -> Double {
    let inside = rows.reduce(0) { $0 + counts[$1][columns].reduce(0, +) }
    guard Double(inside) >= 0.9 * Double(total) else { return 0 }
    return Double(inside) / (0.25 * Double(rows.count * columns.count - inside) + Double(total))
  }

  /// The best of the rectangles a step smaller on one side, where it fits better.
  private func improved() -> (Range<Int>, Range<Int>)? {
    func shorter(_ range: Range<Int>) -> [Range<Int>] {
      range.count > 1 ? [range.dropFirst(), range.dropLast()].map { $0.startIndex..<$0.endIndex } : []
    }
    let candidates = shorter(rows).map { ($0, columns) } + shorter(columns).map { (rows, $0) }
    let rated = candidates.map { (quality: quality($0.0, $0.1), box: $0) }
    guard let best = rated.max(by: { $0.quality < $1.quality }), best.quality > quality(rows, columns) else {
      return nil
    }
    return best.box
  }
}
