import Tensor
import Testing
import Vision

@Suite struct HOGFeaturesTests {
  private func image(_ level: (Int, Int) -> Int) -> Image {
    let pixels = (0..<32 * 40).map { UInt8(min(max(level($0 % 40, $0 / 40), 0), 255)) }
    return Image(height: 32, width: 40, channels: 1, pixels: pixels)
  }

  @Test func aFlatImageHasNone() {
    let features = image { _, _ in 90 }.hogTensor(cellSize: 4)
    #expect(features.shape == [8, 10, 31] && features.abs().max().item == 0)
  }

  /// A ramp's direction is the one it rises in; its orientation forgets the sign.
  @Test(arguments: [(6, 0, 0), (-6, 0, 9), (0, 6, 4), (0, -6, 13), (5, 2, 1), (-5, -2, 10)])
  func aRampHasOneDirection(_ dx: Int, _ dy: Int, _ direction: Int) {
    let features = image { x, y in 128 + (dx * (x - 20) + dy * (y - 16)) / 2 }.hogTensor(cellSize: 4)
    let cell = features[4, 5].array(of: Float.self)
    let signed = cell[..<18], orientations = Array(cell[18..<27])
    // At 90° two of the nine orientations are as near.
    let best = signed.indices.max { signed[$0] < signed[$1] }!
    #expect(best == direction || dx == 0 && best == direction + 1)
    #expect(orientations.indices.max { orientations[$0] < orientations[$1] }! == best % 9)
    #expect(cell.allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  /// Each block is normalised: contrast does not count, nor does brightness.
  @Test func contrastDoesNotCount() {
    func pattern(_ contrast: Int, _ offset: Int) -> Tensor {
      image { x, y in offset + contrast * ((x * x + 3 * y * x) % 17) }.hogTensor(cellSize: 4)
    }
    #expect((pattern(2, 10) - pattern(6, 50)).abs().max().item < 1e-3)
  }

  /// The channel with the longest gradient speaks for a pixel.
  @Test func colorsCount() {
    let grey = image { x, _ in 6 * x }
    let pixels = grey.pixels.flatMap { [100, 100, $0] as [UInt8] }
    let color = Image(height: 32, width: 40, channels: 3, pixels: pixels)
    #expect((grey.hogTensor(cellSize: 8) - color.hogTensor(cellSize: 8)).abs().max().item < 1e-6)
  }

  @Test func whatFillsNoCellIsLeftOut() {
    #expect(image { x, y in x * y }.hogTensor(cellSize: 5).shape == [6, 8, 31])
  }
}
