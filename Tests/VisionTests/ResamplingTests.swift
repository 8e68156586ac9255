import Foundation
import Tensor
import Testing

@testable import Vision

@Test(arguments: [
  ("bilinear20x17", 17, 20, Interpolation.linear, 1), ("bilinear7x5", 5, 7, .linear, 1),
  ("area5x4", 4, 5, .area, 1), ("bilinear20x17", 17, 20, .area, 1),
  ("nearest20x17", 17, 20, .nearestExact, 0), ("nearest5x4", 4, 5, .nearestExact, 0),
])
func resizedAsOtherLibrariesDo(
  name: String, height: Int, width: Int, interpolation: Interpolation, tolerance: Int
) {
  let resized = patternImage().resized(height: height, width: width, interpolation: interpolation)
  #expect(greatestDifference(resized.pixels, Fixtures.resized[name]!) <= tolerance)
}

@Test func resizingKeepsChannelsApart() {
  for filter in [Interpolation.nearest, .nearestExact, .linear, .cubic, .area] {
    for (width, height) in [(20, 17), (5, 4), (1, 1), (13, 4), (40, 9)] {
      let rgba = patternImage(channels: 4).resized(height: height, width: width, interpolation: filter)
      let rgb = patternImage(channels: 3).resized(height: height, width: width, interpolation: filter)
      let grey = patternImage(channels: 1).resized(height: height, width: width, interpolation: filter)
      #expect(rgba.converted(to: .rgb) == rgb)
      #expect(stride(from: 0, to: rgb.pixels.count, by: 3).map { rgb.pixels[$0] } == grey.pixels)
    }
  }
  #expect(Image(height: 480, width: 854).resized(longestSide: 480).height == 270)
}

@Test(arguments: Interpolation.allCases) func imagesAreResizedAsTensorsAre(_ interpolation: Interpolation) {
  let image = patternImage()
  for (width, height) in [(20, 17), (5, 4), (1, 1), (13, 4), (40, 9), (6, 30)] {
    let resized = image.resized(height: height, width: width, interpolation: interpolation)
    let tensor = image.tensor().expandingAxis(0).resized2d(
      height: height, width: width, interpolation: interpolation)
    #expect(greatestDifference(resized.pixels, Image(tensor[0]).pixels) <= 1, "\(height)×\(width)")
  }
}

@Test func warpedAsGridSample() {
  let map = Affine(a: 0.9, b: -0.3, c: 0.2, d: 1.1, tx: 2, ty: -1)
  let warped = patternImage().warped(by: map, height: 8, width: 10)
  #expect(greatestDifference(warped.pixels, Fixtures.resized["warped10x8"]!) <= 1)
}

@Test func warpByWholePixelsIsACrop() {
  let image = patternImage()
  let map = Affine.translation(-3, 2)
  let cropped = image.cropped(x: 3, y: -2, height: 12, width: 14, fill: .orange)
  #expect(image.warped(by: map, height: 12, width: 14, fill: .orange) == cropped)
  #expect(
    image.warped(by: map, height: 12, width: 14, interpolation: .nearestExact, fill: .orange) == cropped)
  let turned = image.warped(by: Affine.rotation(.pi).then(.translation(13, 9)), height: 9, width: 13)
  #expect(turned == image.flippedHorizontally().flippedVertically())
}

@Test func affineMapsComposeAndInvert() {
  let map = Affine.rotation(0.4).then(.scale(2, 3)).then(.translation(5, -1))
  let point = map(1.5, 2.5)
  #expect(abs(point.x - (2 * (cos(0.4) * 1.5 - sin(0.4) * 2.5) + 5)) < 1e-12)
  let back = map.inverse(point.x, point.y)
  #expect(abs(back.x - 1.5) < 1e-12 && abs(back.y - 2.5) < 1e-12)
}

@Test func croppingPadsOutside() {
  let image = patternImage()
  let cropped = image.cropped(x: -2, y: 7, height: 4, width: 6, fill: .red)
  for y in 0..<4 {
    for x in 0..<6 {
      let inside = x >= 2 && y < 2
      for c in 0..<3 {
        #expect(cropped[x, y, c] == (inside ? image[x - 2, y + 7, c] : Color.red.samples(channels: 3)[c]))
      }
    }
  }
  #expect(image.cropped(x: 40, y: 2, height: 2, width: 3) == Image(height: 2, width: 3))
  #expect(image.cropped(x: -40, y: 2, height: 2, width: 3) == Image(height: 2, width: 3))
}

@Test func flipping() {
  let image = patternImage()
  #expect(image.flippedHorizontally()[0, 3, 1] == image[12, 3, 1])
  #expect(image.flippedVertically()[4, 0, 2] == image[4, 8, 2])
  #expect(image.flippedHorizontally().flippedHorizontally() == image)
}

@Test func adjustingColors() {
  let image = Image(height: 1, width: 2, channels: 3, pixels: [100, 50, 200, 10, 20, 30])
  #expect(image.adjusted() == image)
  #expect(image.adjusted(brightness: 1.5).pixels == [150, 75, 255, 15, 30, 45])
  let grey = image.converted(to: .grey).pixels
  #expect(image.adjusted(saturation: 0).pixels == grey.flatMap { [$0, $0, $0] })
  let mean = (Double(grey[0]) + Double(grey[1])) / 2
  #expect(image.adjusted(contrast: 0).pixels.allSatisfy { abs(Double($0) - mean) <= 0.51 })
  #expect(greatestDifference(image.adjusted(hue: 1).pixels, image.pixels) == 0)
  let turned = Image(height: 1, width: 1, channels: 3, pixels: [120, 100, 100]).adjusted(hue: 1.0 / 3)
  #expect(turned.pixels != [120, 100, 100])
  #expect(
    Image(height: 1, width: 1, channels: 1, filledWith: 80).adjusted(brightness: 2, hue: 0.3).pixels == [160])
  #expect(
    Image(height: 1, width: 1, channels: 4, filledWith: 80).adjusted(brightness: 2).pixels == [
      160, 160, 160, 80,
    ])
}
