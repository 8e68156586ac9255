import CVision
import Tensor

extension Image {
  /// The colours in CIE 1976 L*a*b* (D65), a hundredth of its units, `[H, W, 3]`, float32: lightness in [0, 1], then a
  /// (green to red) and b (blue to yellow), 0 for greys. Distances are about as large as a viewer finds them; 0.02 is just
  /// noticeable.
  public func labTensor() -> Tensor {
    let lab = [Float](unsafeUninitializedCapacity: 3 * width * height) { buffer, initialized in
      ck_image_lab_u8(converted(to: .rgb).pixels, buffer.baseAddress!, Int64(width * height))
      initialized = 3 * width * height
    }
    return Tensor(lab, shape: [height, width, 3])
  }
}
