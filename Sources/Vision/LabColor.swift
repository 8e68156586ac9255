import CVision
import Tensor

extension Image {
  /// The colours in CIE 1976 L*a*b* (D65), a hundredth of its units, `[H, W, 3]`, float32: lightness in [0, 1], then a
  /// (green to red) and b (blue to yellow), 0 for greys. Distances are about as large as a viewer finds them; 0.02 is just
  /// noticeable.
  public func labTensor() -> Tensor {
    Kernel.make("labTensor", [height, width, 3], .float32) { _, lab in
      ck_image_lab_u8(
        converted(to: .rgb).pixels, lab.assumingMemoryBound(to: Float.self), Int64(width * height))
      return true
    }
  }
}
