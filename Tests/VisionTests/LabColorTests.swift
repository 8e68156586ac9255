import Tensor
import Testing
import Vision

@Suite struct LabColorTests {
  /// Values of L*a*b* for D65 as tables of the sRGB primaries give them.
  @Test(arguments: [
    ([255, 255, 255] as [UInt8], [100.0, 0, 0]), ([0, 0, 0], [0, 0, 0]),
    ([255, 0, 0], [53.24, 80.09, 67.20]),
    ([0, 255, 0], [87.73, -86.18, 83.18]), ([0, 0, 255], [32.30, 79.19, -107.86]),
    ([128, 128, 128], [53.59, 0, 0]), ([10, 5, 1], [1.58, 0.75, 1.97]),
  ]) func coloursLieWhereTablesSay(_ rgb: [UInt8], _ expected: [Double]) {
    let lab = Image(height: 1, width: 1, channels: 3, pixels: rgb).labTensor()
    #expect(lab.shape == [1, 1, 3])
    for (value, expected) in zip(lab.array(of: Float.self), expected) {
      #expect(abs(100 * Double(value) - expected) < 0.03, "\(lab)")
    }
  }

  @Test func greysHaveNoColour() {
    let image = Image(height: 1, width: 256, channels: 1, pixels: (0..<256).map { UInt8($0) })
    let lab = image.labTensor()
    #expect(lab[.ellipsis, 1...].abs().max().item < 1e-4)
    #expect((lab[0, 1..., 0] - lab[0, ..<255, 0]).min().item > 0)
  }
}
