import SFModels
import Tensor
import Testing
import Vision

@Suite struct BoxExtractionTests {
  /// Two regions, the smaller one apart to the left.
  private static var mask: Mask {
    var mask = Mask(Box(x: 10, y: 5, width: 8, height: 4), height: 16, width: 24)
    mask[1, 2] = true
    return mask
  }

  @Test func eachWayHasItsBox() {
    #expect(BoxExtraction.straight(Self.mask) == .box(Box(x: 1, y: 2, width: 17, height: 7)))
    #expect(BoxExtraction.largest(Self.mask) == .box(Box(x: 10, y: 5, width: 8, height: 4)))
    guard case .rotatedBox(let box) = BoxExtraction.rotated(Self.mask) else {
      Issue.record("no rotated box")
      return
    }
    #expect(abs(box.width * box.height - 32) < 1e-6)
    for way in BoxExtraction.allCases { #expect(way(Mask(height: 4, width: 5)) == nil) }
  }

  @Test func theObjectBeginsAtThreeQuartersOfTheRange() {
    let logits = Tensor([-4, 0, 1.9, 2.1, 4] as [Float], shape: [1, 5, 1])
    #expect(BoxExtraction.mask(ofLogits: logits).values == [0, 0, 0, 1, 1])
    #expect(BoxExtraction.mask(ofLogits: Tensor(ones: [2, 3, 1])).area == 0)
  }
}
