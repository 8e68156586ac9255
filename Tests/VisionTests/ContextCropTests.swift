import Testing
import Vision

@Suite struct ContextCropTests {
  private let image = Image(
    height: 6, width: 8, channels: 3, pixels: (0..<6 * 8 * 3).map { UInt8($0 * 37 % 251) })
  private let fill = Color(1, 2, 3)

  @Test func theSquareGrowsWithTheContext() {
    let square = Box(x: 10, y: 20, width: 10, height: 10).square(context: 0.5)
    #expect(square == Box(x: 5, y: 15, width: 20, height: 20))
    // (30 + 1.5·40)·(10 + 1.5·40) = 90·70.
    let long = Box(x: 0, y: 0, width: 30, height: 10).square(context: 1.5)
    #expect(abs(long.width - 6300.0.squareRoot()) < 1e-9 && long.width == long.height)
    #expect(abs(long.centerX - 15) < 1e-9 && abs(long.centerY - 5) < 1e-9)
  }

  @Test func aBoxComesBack() {
    let window = Box(x: -20, y: 5, width: 40, height: 40), box = Box(x: -10, y: 25, width: 10, height: 5)
    let seen = box.seen(in: window, size: 120)
    #expect(seen == Box(x: 30, y: 60, width: 30, height: 15))
    #expect(seen.shown(by: window, size: 120) == box)
  }

  @Test func withinTheImageACropIsAPatch() {
    let window = Box(x: 1.5, y: 1, width: 4, height: 4)
    #expect(image.crop(window, size: 3, fill: fill) == image.patch(window, height: 3, width: 3))
  }

  @Test func theFillLiesBeyond() {
    let crop = image.crop(Box(x: -2, y: -2, width: 4, height: 4), size: 4, fill: fill)
    for y in 0..<4 {
      for x in 0..<4 {
        for channel in 0..<3 {
          let inside = x >= 2 && y >= 2
          #expect(crop[x, y, channel] == (inside ? image[x - 2, y - 2, channel] : UInt8(channel + 1)))
        }
      }
    }
  }

  @Test(arguments: [
    Box(x: 20, y: 0, width: 5, height: 5), Box(x: -5, y: -5, width: 5, height: 5),
    Box(x: 1e5, y: -1e5, width: 300, height: 300),
  ]) func besideTheImageIsOnlyFill(_ window: Box) {
    #expect(image.crop(window, size: 3, fill: fill) == Image(height: 3, width: 3, color: fill))
  }

  @Test func aHugeWindowShowsLittleOfTheImage() {
    let crop = image.crop(Box(x: -2e4, y: -2e4, width: 4e4, height: 4e4), size: 9, fill: fill)
    #expect(crop[0, 0, 0] == 1 && crop[8, 8, 2] == 3)
    let grey = image.converted(to: .grey).crop(Box(x: -4, y: 0, width: 8, height: 8), size: 2, fill: .white)
    #expect(grey.channels == 1 && grey[0, 0, 0] > 150)
  }

  @Test func theMeanColorIsThatOfThePixels() {
    var image = Image(height: 2, width: 2, color: Color(10, 20, 30))
    image[0, 0, 0] = 50
    #expect(image.meanColor == Color(20, 20, 30))
  }

  @Test func motionSpreadsAPoint() {
    let plain = Image(height: 9, width: 9, color: Color(90, 60, 30))
    #expect(plain.motionBlurred(x: 4, y: -2) == plain)
    var point = Image(height: 9, width: 9, channels: 1)
    point[4, 4, 0] = 200
    let blurred = point.motionBlurred(x: 4, y: 0)
    #expect((2...6).map { blurred[$0, 4, 0] } == [40, 40, 40, 40, 40])
    #expect(blurred.pixels.reduce(0) { $0 + Int($1) } == 200)
  }

  @Test func onlyMaskedPixelsArePasted() {
    var image = Image(height: 4, width: 4)
    var mask = Mask(Box(x: 0, y: 0, width: 3, height: 3), height: 3, width: 3)
    mask[1, 1] = false
    image.paste(Image(height: 3, width: 3, color: .white), mask, x: 2, y: -1)
    let set = (0..<16).filter { image.pixels[3 * $0] == 255 }
    #expect(set == [2, 6, 7])
    image.paste(Image(height: 3, width: 3, color: .white), mask, x: 40, y: -40)
    #expect((0..<16).filter { image.pixels[3 * $0] == 255 } == set)
  }
}
