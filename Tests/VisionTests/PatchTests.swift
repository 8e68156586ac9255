import Testing
import Vision

@Suite struct PatchTests {
  private let image = Image(height: 4, width: 6, channels: 1, pixels: (0..<24).map { UInt8(10 * $0) })

  @Test func theWholeImageIsItself() {
    #expect(image.patch(Box(x: 0, y: 0, width: 6, height: 4), height: 4, width: 6) == image)
    let part = image.patch(Box(x: 2, y: 1, width: 3, height: 2), height: 2, width: 3)
    #expect(part == image.cropped(x: 2, y: 1, height: 2, width: 3))
  }

  @Test func halfAPixelLiesBetween() {
    let part = image.patch(Box(x: 1.5, y: 1, width: 2, height: 1), height: 1, width: 2)
    #expect(part.pixels == [75, 85].map { UInt8($0) })
  }

  /// Beyond the image its edge is repeated.
  @Test func theEdgeIsRepeated() {
    let part = image.patch(Box(x: -3, y: -2, width: 5, height: 3), height: 3, width: 5)
    #expect(part.pixels == [0, 0, 0, 0, 10, 0, 0, 0, 0, 10, 0, 0, 0, 0, 10])
    let far = image.patch(Box(x: 100, y: 100, width: 2, height: 2), height: 2, width: 2)
    #expect(far.pixels == [230, 230, 230, 230])
  }

  /// Stripes of a pixel become grey, not stripes, and colours stay apart.
  @Test func aSmallerPatchIsAMean() {
    let pixels = (0..<32 * 32).flatMap { [UInt8($0 % 2 * 200), 50, 7] as [UInt8] }
    let stripes = Image(height: 32, width: 32, channels: 3, pixels: pixels)
    let small = stripes.patch(Box(x: 0, y: 0, width: 32, height: 32), height: 8, width: 8)
    for x in 1..<7 {
      #expect(abs(Int(small[x, 4, 0]) - 100) <= 2 && small[x, 4, 1] == 50 && small[x, 4, 2] == 7)
    }
  }
}
