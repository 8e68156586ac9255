import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite(.enabled(if: ImageFormat.jpeg.isBuiltIn)) struct ExifOrientationTests {
  /// The levels of four quarters a, b, c, d in rows, in a picture of 8×16.
  private static let levels: [Character: UInt8] = ["a": 250, "b": 170, "c": 90, "d": 10]

  private static func picture() throws -> [UInt8] {
    var image = Image(height: 8, width: 16, channels: 1)
    for y in 0..<8 {
      for x in 0..<16 { image[x, y, 0] = levels[Array("abcd")[y / 4 * 2 + x / 8]]! }
    }
    return try image.encoded(as: .jpeg, quality: 100)
  }

  /// EXIF data with a few entries, the orientation last.
  private static func exif(_ number: Int, isLittleEndian: Bool, type: Int = 3, entries: Int = 2) -> [UInt8] {
    func integer(_ value: Int, _ count: Int) -> [UInt8] {
      let digits = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isLittleEndian ? digits : digits.reversed()
    }
    let other = integer(256, 2) + integer(4, 2) + integer(1, 4) + integer(99, 4)
    let own = integer(274, 2) + integer(type, 2) + integer(1, 4) + integer(number, 2) + [0, 0]
    let order = Array((isLittleEndian ? "II" : "MM").utf8)
    return Array("Exif".utf8) + [0, 0] + order + integer(42, 2) + integer(8, 4) + integer(entries, 2) + other
      + own
      + integer(0, 4)
  }

  private static func inserting(_ data: [UInt8], into jpeg: [UInt8]) -> [UInt8] {
    let length = data.count + 2
    return jpeg.prefix(2) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + data + jpeg.dropFirst(2)
  }

  /// As Pillow's `ImageOps.exif_transpose` turns them.
  @Test(
    arguments: [true, false],
    [
      (1, "abcd"), (2, "badc"), (3, "dcba"), (4, "cdab"), (5, "acbd"), (6, "cadb"), (7, "dbca"), (8, "bdac"),
    ]) func picturesStandUpright(isLittleEndian: Bool, _ expected: (number: Int, quarters: String)) throws
  {
    let file = Self.inserting(
      Self.exif(expected.number, isLittleEndian: isLittleEndian), into: try Self.picture())
    let (height, width) = expected.number < 5 ? (8, 16) : (16, 8)
    for form in [Image.Form.asStored, .rgb] {
      let image = try Image(encoded: file, as: form)
      #expect((image.height, image.width) == (height, width))
      let seen = [(0, 0), (1, 0), (0, 1), (1, 1)].map { column, row in
        let level = image[column * width / 2 + 2, row * height / 2 + 2, 0]
        return Self.levels.min { abs(Int($0.value) - Int(level)) < abs(Int($1.value) - Int(level)) }!.key
      }
      #expect(String(seen) == expected.quarters)
    }
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "turned.jpg")
      try Data(file).write(to: url)
      #expect(try Image.size(contentsOf: url) == (height, width))
    }
  }

  @Test func whatMakesNoSenseTurnsNothing() throws {
    let (picture, exif) = (try Self.picture(), Self.exif(6, isLittleEndian: true))
    var outside = exif
    outside.replaceSubrange(10..<14, with: [0xF0, 0xFF, 0xFF, 0xFF])
    let odd =
      [[], Array("Exif".utf8), Array("http://ns.adobe.com/xap/1.0/".utf8), outside]
      + [0, 9, 65535].map { Self.exif($0, isLittleEndian: false) }
      + [Self.exif(6, isLittleEndian: true, type: 2), Self.exif(6, isLittleEndian: true, entries: 1)]
    for data in odd + (0..<exif.count - 6).map({ Array(exif.prefix($0)) }) {
      let file = Self.inserting(data, into: picture)
      #expect(try ExifOrientation(jpeg: file) == .upright && Image(encoded: file).height == 8)
    }
    // Damaged anywhere, it turns the picture or does not, and never stops.
    let file = Self.inserting(exif, into: picture)
    for place in 2..<60 {
      for bit in 0..<8 {
        var damaged = file
        damaged[place] ^= 1 << bit
        _ = ExifOrientation(jpeg: damaged)
      }
    }
    for length in 0..<60 { _ = ExifOrientation(jpeg: Array(file.prefix(length))) }
  }
}
