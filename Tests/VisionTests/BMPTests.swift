import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite struct BMPTests {
  /// A bitmap of the given rows, as they lie in the file, each filled up to four bytes.
  static func file(
    width: Int, height: Int, bits: Int, palette: [Color] = [], compression: Int = 0, rows: [[UInt8]]
  ) -> [UInt8] {
    func bytes(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    var file = Array("BM".utf8) + bytes(0, 8)
    for number in [54 + 4 * palette.count, 40, width, height] { file += bytes(number, 4) }
    file += bytes(1, 2) + bytes(bits, 2)
    for number in [compression, 0, 0, 0, palette.count, 0] { file += bytes(number, 4) }
    for color in palette { file += [color.blue, color.green, color.red, 0] }
    for row in rows { file += row + [UInt8](repeating: 0, count: (4 - row.count % 4) % 4) }
    return file
  }

  @Test func rowsGoUpwardsAndColoursAreBlueFirst() throws {
    let bottomUp = Self.file(
      width: 2, height: 2, bits: 24, rows: [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]])
    let image = try Image(encoded: bottomUp)
    #expect(image.channels == 3 && image.pixels == [9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4])
    let topDown = Self.file(
      width: 1, height: -2, bits: 32, compression: 3, rows: [[1, 2, 3, 0], [4, 5, 6, 0]])
    #expect(try Image(encoded: topDown).pixels == [3, 2, 1, 6, 5, 4])
    #expect(try Image(encoded: topDown, as: .grey).channels == 1)
  }

  @Test func palettesOfFewBits() throws {
    let mask = Self.file(
      width: 9, height: 1, bits: 1, palette: [.black, .white], rows: [[0b0100_0001, 0b1000_0000]])
    let image = try Image(encoded: mask)
    #expect(image.channels == 1 && image.pixels == [0, 255, 0, 0, 0, 0, 0, 255, 255])
    let colours = Self.file(
      width: 3, height: 1, bits: 4, palette: [.black, Color(1, 2, 3), .white], rows: [[0x12, 0x00]])
    #expect(try Image(encoded: colours).pixels == [1, 2, 3, 255, 255, 255, 0, 0, 0])
    let grey = Self.file(
      width: 2, height: 1, bits: 8, palette: [Color(grey: 7), Color(grey: 9)], rows: [[1, 0]])
    #expect(try Image(encoded: grey).pixels == [9, 7])
    #expect(throws: ImageError.self) { try IndexedImage(encoded: grey) }
  }

  @Test func sizesComeFromTheHead() throws {
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "frame.bmp")
      try Data(Self.file(width: 2, height: -1, bits: 24, rows: [[1, 2, 3, 4, 5, 6]])).write(to: url)
      #expect(try Image.size(contentsOf: url) == (1, 2))
      #expect(try Image(contentsOf: url).pixels == [3, 2, 1, 6, 5, 4])
    }
  }

  @Test func otherBitmapsAreRefused() throws {
    let good = Self.file(width: 2, height: 2, bits: 24, rows: [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]])
    for length in 2..<good.count {
      #expect(throws: ImageError.truncated(path: "image")) { try Image(encoded: Array(good.prefix(length))) }
    }
    let packed = Self.file(width: 2, height: 1, bits: 8, palette: [.black], compression: 1, rows: [[2, 0]])
    #expect { try Image(encoded: packed) } throws: { "\($0)".hasSuffix("a bitmap of 8 bits, compression 1") }
    let beyond = Self.file(width: 2, height: 1, bits: 8, palette: [.black], rows: [[0, 1]])
    #expect { try Image(encoded: beyond) } throws: { "\($0)".contains("beyond the palette") }
    let huge = Self.file(width: 1 << 30, height: 1 << 30, bits: 24, rows: [])
    #expect(throws: ImageError.tooLarge(path: "image", height: 1 << 30, width: 1 << 30)) {
      try Image(encoded: huge)
    }
    #expect(throws: ImageError.self) {
      try Image(encoded: Self.file(width: 0, height: 1, bits: 24, rows: []))
    }
  }
}
