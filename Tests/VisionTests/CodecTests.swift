import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct PNGTests {
  @Test(arguments: [1, 3, 4]) func roundTrip(channels: Int) throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "image.png")
      try patternImage(channels: channels).write(to: url)
      #expect(try Image(contentsOf: url) == patternImage(channels: channels))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["image.png"])
    }
  }

  @Test func roundTripOf16Bits() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "flow.png")
      let image = Image16(height: 2, width: 4, channels: 3, pixels: (0..<24).map { UInt16($0 * 2711) })
      try image.write(to: url)
      #expect(try Image16(contentsOf: url) == image)
    }
  }

  @Test(arguments: [IndexedImage.davisPalette, [.black, .red, .blue], []])
  func roundTripOfLabels(palette: [Color]) throws {
    let labels = IndexedImage(height: 3, width: 5, indices: (0..<15).map { UInt8($0 % 3) }, palette: palette)
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "labels.png")
      try labels.write(to: url)
      #expect(try IndexedImage(contentsOf: url) == labels)
    }
  }

  @Test func labelBeyondThePaletteIsAnError() {
    let labels = IndexedImage(height: 1, width: 2, indices: [0, 7], palette: [.black, .white])
    #expect(imageError { try labels.encoded() }?.description.contains("label 7") == true)
  }

  @Test(arguments: [1, 2, 4, 8]) func greyOfFewBits(bits: Int) throws {
    let file = Fixtures.files["grey\(bits)"]!
    let (image, labels) = (try Image(encoded: file), try IndexedImage(encoded: file))
    #expect(image.channels == 1 && labels.palette.isEmpty)
    for y in 0..<9 {
      for x in 0..<13 {
        let level = pattern(x, y, 0, levels: 1 << bits)
        #expect(Int(labels[x, y]) == level)
        #expect(Int(image[x, y, 0]) == level * 255 / ((1 << bits) - 1))
      }
    }
  }

  @Test(arguments: [1, 2, 4, 8]) func palette(bits: Int) throws {
    let file = Fixtures.files["palette\(bits)"]!
    let (image, labels) = (try Image(encoded: file), try IndexedImage(encoded: file))
    #expect(image.channels == 3 && labels.palette.count == 1 << bits)
    for y in 0..<9 {
      for x in 0..<13 {
        let label = pattern(x, y, 0, levels: 1 << bits)
        let color = Color(UInt8(label * 7 % 256), UInt8(label * 31 % 256), UInt8(255 - label))
        #expect(Int(labels[x, y]) == label)
        #expect(labels.palette[label] == color)
        #expect((0..<3).map { image[x, y, $0] } == [color.red, color.green, color.blue])
      }
    }
  }

  @Test(arguments: [
    "grey16", "greyAlpha8", "greyAlpha16", "rgb8", "rgb16", "rgba8", "rgba16", "interlacedRGB",
  ])
  func otherKinds(name: String) throws {
    let levels = name.hasSuffix("16") ? 65536 : 256
    let image = try Image(encoded: Fixtures.files[name]!)
    let deep = try Image16(encoded: Fixtures.files[name]!)
    #expect(
      image.channels
        == (name.hasPrefix("grey16")
          ? 1 : name.hasSuffix("RGB") || name.hasPrefix("rgb") && !name.hasPrefix("rgba") ? 3 : 4))
    for y in 0..<9 {
      for x in 0..<13 {
        for c in 0..<image.channels {
          // Grey with alpha has its level three times.
          let stored = name.hasPrefix("greyAlpha") ? c / 3 : c
          let sample = pattern(x, y, stored, levels: levels)
          let (shallow, full) =
            levels == 256 ? (sample, sample * 257) : ((sample * 255 + 32767) / 65535, sample)
          #expect(Int(image[x, y, c]) == shallow)
          #expect(Int(deep.pixels[(y * 13 + x) * deep.channels + c]) == full)
        }
      }
    }
  }

  @Test func transparentPaletteAndInterlacedLabels() throws {
    let image = try Image(encoded: Fixtures.files["paletteTransparent"]!)
    let labels = try IndexedImage(encoded: Fixtures.files["interlacedPalette2"]!)
    #expect(image.channels == 4)
    for y in 0..<9 {
      for x in 0..<13 {
        let label = pattern(x, y, 0, levels: 4)
        #expect(
          (0..<4).map { Int(image[x, y, $0]) } == [
            3 * label, 3 * label + 1, 3 * label + 2, [0, 128, 255, 255][label],
          ])
        #expect(Int(labels[x, y]) == label)
      }
    }
  }

  @Test func formsAskedFor() throws {
    #expect(
      try Image(encoded: Fixtures.files["rgba8"]!, as: .rgb) == patternImage(channels: 4).converted(to: .rgb))
    #expect(try Image(encoded: Fixtures.files["rgb8"]!, as: .grey) == patternImage().converted(to: .grey))
    #expect(
      try Image(encoded: Fixtures.files["grey8"]!, as: .rgb) == patternImage(channels: 1).converted(to: .rgb))
    #expect(
      imageError { try IndexedImage(encoded: Fixtures.files["rgb8"]!) }?.description.contains("palette")
        == true)
  }
}

@Suite(.enabled(if: ImageFormat.jpeg.isBuiltIn)) struct JPEGTests {
  @Test(arguments: ["jpegRGB", "jpegProgressive", "jpegGrey"]) func asPillowDecodes(name: String) throws {
    let image = try Image(encoded: Fixtures.files[name]!)
    #expect((image.width, image.height, image.channels) == (48, 40, name == "jpegGrey" ? 1 : 3))
    #expect(greatestDifference(image.pixels, Fixtures.decoded[name]!) <= 2)
    #expect(try Image(encoded: Fixtures.files[name]!, as: .grey).channels == 1)
    #expect(try Image(encoded: Fixtures.files[name]!, as: .rgb).channels == 3)
  }

  @Test(arguments: [1, 3, 4]) func roundTripIsClose(channels: Int) throws {
    let image = Image(height: 40, width: 60, channels: channels, filledWith: 90)
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "image.jpg")
      try image.write(to: url)
      let read = try Image(contentsOf: url)
      #expect(read.channels == min(channels, 3))
      #expect(read.pixels.allSatisfy { abs(Int($0) - 90) <= 2 })
    }
  }

  /// Both as Adobe writes them, inverted.
  @Test(arguments: ["jpegCMYK", "jpegYCCK"]) func inksBecomeColours(name: String) throws {
    let image = try Image(encoded: Fixtures.files[name]!)
    #expect(image.channels == 3 && greatestDifference(image.pixels, Fixtures.decoded[name]!) <= 3)
    let grey = try Image(encoded: Fixtures.files[name]!, as: .grey)
    #expect(grey == image.converted(to: .grey))
  }

  @Test func kindsNotSupported() {
    let wide = Image(height: 1, width: 70000, channels: 1)
    #expect(imageError { try wide.encoded(as: .jpeg) } != nil)
  }
}
