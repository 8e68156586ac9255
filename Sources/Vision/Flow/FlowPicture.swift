import Foundation

extension FlowField {
  /// The flow as colours, RGB: the hue is the direction, the saturation the length; black where it is unknown or
  /// not a number. The colour wheel is that of Baker et al., "A Database and Evaluation Methodology for Optical Flow" (ICCV 2007).
  /// - Parameter longest: the length in pixels of full saturation, longer ones are darker; by default the longest.
  public func picture(longest: Double? = nil) -> Image {
    // In double precision no square of a number overflows.
    let lengths = (0..<width * height).map { pixel -> Double in
      let vector = SIMD2<Double>(vector(pixel))
      return isKnown(pixel) ? (vector * vector).sum().squareRoot() : .nan
    }
    let scale = max(longest ?? lengths.filter(\.isFinite).max() ?? 0, .leastNormalMagnitude)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * lengths.count)
    for (pixel, length) in lengths.enumerated() {
      guard length.isFinite else {
        pixels += [0, 0, 0]
        continue
      }
      let hue = ColorWheel.color(toward: vector(pixel))
      let radius = Float(length / scale)
      for channel in 0..<3 {
        let value = radius <= 1 ? 1 - radius * (1 - hue[channel]) : 0.75 * hue[channel]
        pixels.append(UInt8(255 * value))
      }
    }
    return Image(height: height, width: width, channels: 3, pixels: pixels)
  }
}

/// 55 hues around the circle, with as many between two corners of the colour cube as the eye tells apart.
private enum ColorWheel {
  private static let corners: [SIMD3<Float>] = [
    [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 1], [1, 0, 0],
  ]
  private static let steps = [15, 6, 4, 11, 13, 6]
  private static let hues: [SIMD3<Float>] = steps.indices.flatMap { edge in
    (0..<steps[edge]).map { step in
      corners[edge] + (corners[edge + 1] - corners[edge]) * (Float(step) / Float(steps[edge]))
    }
  }

  /// The hue of a direction; red points to the right.
  static func color(toward vector: SIMD2<Float>) -> SIMD3<Float> {
    let turn = (atan2(-vector.y, -vector.x) / .pi + 1) / 2 * Float(hues.count - 1)
    let first = min(Int(turn), hues.count - 1)
    let part = turn - Float(first)
    return hues[first] * (1 - part) + hues[(first + 1) % hues.count] * part
  }
}
