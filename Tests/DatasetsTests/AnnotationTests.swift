import Datasets
import Foundation
import TestSupport
import Testing
import Vision

/// Masks as they are written somewhere: read as what they show, or refused.
@Suite(.enabled(if: ImageFormat.png.isBuiltIn)) struct AnnotationTests {
  private func objects(_ write: (URL) throws -> Void) throws -> [UInt8] {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "mask.png")
      try write(file)
      return try IndexedImage.annotation(contentsOf: file).indices
    }
  }

  private func indexed(_ indices: [UInt8], _ palette: [Color]) throws -> [UInt8] {
    try objects {
      try IndexedImage(height: 1, width: indices.count, indices: indices, palette: palette).write(to: $0)
    }
  }

  private func grey(_ levels: [UInt8]) throws -> [UInt8] { try indexed(levels, []) }

  private func deep(_ levels: [UInt16]) throws -> [UInt8] {
    try objects { try Image16(height: 1, width: levels.count, channels: 1, pixels: levels).write(to: $0) }
  }

  private func colours(_ colours: [Color]) throws -> [UInt8] {
    try objects {
      let pixels = colours.flatMap { [$0.red, $0.green, $0.blue] }
      try Image(height: 1, width: colours.count, channels: 3, pixels: pixels).write(to: $0)
    }
  }

  @Test func greyLevelsAreWhiteOrNumbers() throws {
    #expect(try grey([0, 255, 0]) == [0, 1, 0])
    #expect(try grey([0, 1, 0]) == [0, 1, 0])
    #expect(try grey([0, 3, 1]) == [0, 3, 1])
    #expect(try grey([0, 0, 0]) == [0, 0, 0])
    #expect(try grey([0, 30, 120, 200, 255]) == [0, 0, 0, 1, 1], "soft edges")
    #expect(throws: ImageError.self, "an unannotated edge, or a white object?") { try grey([0, 1, 255]) }
  }

  @Test func numbersOf16Bits() throws {
    #expect(try deep([0, 1, 2, 200]) == [0, 1, 2, 200])
    #expect(try deep([0, 65535, 0]) == [0, 1, 0])
    #expect { try deep([0, 1, 1001]) } throws: { "\($0)".hasSuffix("objects' numbers go beyond 255") }
  }

  @Test(arguments: ["grey", "adaptive", "web", "one"]) func asPillowConvertsThem(_ name: String) throws {
    let expected = Mask(Box(x: 2, y: 1, width: 3, height: 2), height: 4, width: 8).values
    #expect(try objects { try masksOfPillow[name]!.write(to: $0) } == expected)
  }

  @Test func palettesWithTheirOwnOrder() throws {
    #expect(try indexed([0, 1, 0], [.white, .black]) == [1, 0, 1], "inverted")
    let davis = IndexedImage.davisPalette
    #expect(try indexed([3, 1, 0, 3], [davis[2], davis[1], .red, .black]) == [0, 1, 2, 0], "by colour")
    #expect(try indexed([1, 0, 1], [.red, .black]) == [0, 1, 0])
    #expect { try indexed([0, 1, 2], [.red, .black, .blue]) } throws: {
      "\($0)".contains("which object is which")
    }
  }

  @Test func palettesThatBeginWithBlackNumberTheObjects() throws {
    // That of YouTube-VOS; an object may be alone in a frame.
    let palette = [.black, Color(236, 95, 103), Color(249, 145, 87), Color(153, 199, 148)]
    #expect(try indexed([0, 2, 2, 0], palette) == [0, 2, 2, 0])
    #expect(try indexed([0, 3, 1, 2], palette) == [0, 3, 1, 2])
    #expect(try indexed([0, 7, 255], IndexedImage.davisPalette) == [0, 7, 0])
  }

  @Test func coloursWithoutAPalette() throws {
    let davis = IndexedImage.davisPalette
    #expect(try colours([.black, davis[1], davis[4], davis[255]]) == [0, 1, 4, 0])
    #expect(try colours([.black, .red, .red]) == [0, 1, 1])
    #expect(try colours([.black, .white, Color(grey: 140)]) == [0, 1, 1])
    #expect(throws: ImageError.self) { try colours([.black, .red, .blue]) }
  }
}
