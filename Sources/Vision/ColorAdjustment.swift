import CVision
import Foundation

extension Image {
  /// The image with its colours changed, for augmentation; 1 and a hue of 0 change nothing. A grey image
  /// has neither saturation nor hue.
  /// - Parameters:
  ///   - brightness: the factor of every sample.
  ///   - contrast: the factor of the distance to the image's mean luma.
  ///   - saturation: the factor of the distance to the pixel's own luma.
  ///   - hue: the turn of the colour circle, in whole turns.
  public func adjusted(
    brightness: Double = 1, contrast: Double = 1, saturation: Double = 1, hue: Double = 0
  ) -> Image {
    // All four are affine in the colour, so one matrix and one offset do for a single pass, and only
    // the end result is clamped.
    let gain = brightness * contrast
    let offset = contrast == 1 ? 0 : (1 - contrast) * brightness * meanLuma
    let matrix =
      channels == 1
      ? [Float](repeating: Float(gain), count: 9) : Self.chroma(saturation, hue).map { Float(gain * $0) }
    return Image(height: height, width: width, channels: channels) {
      ck_image_color_matrix_u8(pixels, Int64(channels), $0, Int64(width * height), matrix, Float(offset))
    }
  }

  private var meanLuma: Double {
    Double(converted(to: .grey).pixels.reduce(0) { $0 + Int($1) }) / Double(width * height)
  }

  /// Scales and turns the chroma plane (I, Q) of the NTSC colour space, as a matrix on RGB.
  private static func chroma(_ saturation: Double, _ hue: Double) -> [Double] {
    let toYIQ = [0.299, 0.587, 0.114, 0.595716, -0.274453, -0.321263, 0.211456, -0.522591, 0.311135]
    let toRGB: [Double] = [1, 0.956295, 0.621025, 1, -0.272123, -0.647381, 1, -1.106990, 1.704615]
    let (x, y) = (saturation * cos(2 * .pi * hue), saturation * sin(2 * .pi * hue))
    let turn: [Double] = [1, 0, 0, 0, x, -y, 0, y, x]
    func product(_ left: [Double], _ right: [Double]) -> [Double] {
      var result = [Double](repeating: 0, count: 9)
      for row in 0..<3 {
        for column in 0..<3 {
          for k in 0..<3 { result[3 * row + column] += left[3 * row + k] * right[3 * k + column] }
        }
      }
      return result
    }
    return product(toRGB, product(turn, toYIQ))
  }
}
