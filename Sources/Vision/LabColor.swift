import Foundation
import Tensor

extension Image {
  /// The colours in CIE 1976 L*a*b* (D65), a hundredth of its units, `[H, W, 3]`, float32: lightness in [0, 1], then a
  /// (green to red) and b (blue to yellow), 0 for greys. Distances are about as large as a viewer finds them; 0.02 is just
  /// noticeable.
  public func labTensor() -> Tensor {
    let rgb = Tensor(converted(to: .rgb).pixels.map { Self.linearLight[Int($0)] }, shape: [height, width, 3])
    // To XYZ by the primaries of sRGB (IEC 61966-2-1), each relative to white.
    let xyz = rgb.matmul(
      Tensor(
        [
          0.412456 / 0.95047, 0.212673, 0.019334 / 1.08883,
          0.357576 / 0.95047, 0.715152, 0.119192 / 1.08883,
          0.180438 / 0.95047, 0.072175, 0.950304 / 1.08883,
        ] as [Float], shape: [3, 3]))
    // CIE's cube root, with a straight line near black.
    let f = Tensor.where(xyz .> 216.0 / 24389, xyz.pow(1.0 / 3), 841.0 / 108 * xyz + 4.0 / 29)
    let (x, y, z) = (f[.ellipsis, 0], f[.ellipsis, 1], f[.ellipsis, 2])
    return .stack([1.16 * y - 0.16, 5 * (x - y), 2 * (y - z)], axis: -1)
  }

  /// The linear light of each 8-bit level of sRGB.
  private static let linearLight: [Float] = (0..<256).map { level in
    let value = Double(level) / 255
    return Float(value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
  }
}
