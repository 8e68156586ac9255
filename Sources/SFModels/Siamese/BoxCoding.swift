import Foundation
import Vision

/// How a network tells a box by its offsets from an anchor d: (g.cx − d.cx)/d.w, (g.cy − d.cy)/d.h, log(g.w/d.w),
/// log(g.h/d.h), each over a variance that makes them alike in size.
public struct BoxCoding: Sendable, Hashable {
  /// What the offsets of the centre and the logarithms of the size are divided by.
  public var centreVariance: Double, sizeVariance: Double

  /// A coding of its variances.
  public init(centreVariance: Double, sizeVariance: Double) {
    (self.centreVariance, self.sizeVariance) = (centreVariance, sizeVariance)
  }

  /// The offsets as they are (the report, §3.1; SiamRPN).
  public static let plain = BoxCoding(centreVariance: 1, sizeVariance: 1)
  /// Over SSD's variances (the report's code).
  public static let ssd = BoxCoding(centreVariance: 0.1, sizeVariance: 0.2)

  /// The most that a size may differ from its anchor's, as a logarithm: what an untrained network says stays finite.
  private static let greatestGrowth = log(1000.0 / 16)

  /// The offsets of a box, which must cover something, from an anchor: x, y, width, height.
  public func offsets(of box: Box, from anchor: Box) -> SIMD4<Double> {
    SIMD4(
      (box.centerX - anchor.centerX) / anchor.width / centreVariance,
      (box.centerY - anchor.centerY) / anchor.height / centreVariance,
      log(box.width / anchor.width) / sizeVariance, log(box.height / anchor.height) / sizeVariance)
  }

  /// The box of these offsets from an anchor.
  public func box(of offsets: SIMD4<Double>, from anchor: Box) -> Box {
    Box(
      centerX: anchor.centerX + offsets.x * centreVariance * anchor.width,
      centerY: anchor.centerY + offsets.y * centreVariance * anchor.height,
      width: anchor.width * exp(min(offsets.z * sizeVariance, Self.greatestGrowth)),
      height: anchor.height * exp(min(offsets.w * sizeVariance, Self.greatestGrowth)))
  }
}
