@testable import Vision

/// The samples of every fixture, of the given number of levels.
func pattern(_ x: Int, _ y: Int, _ c: Int, levels: Int = 256) -> Int {
  (x * x * 7 + y * 31 + c * 53 + x * y * 3) % 256 * levels / 256
}

/// The fixtures' picture, 9×13.
func patternImage(channels: Int = 3) -> Image {
  var image = Image(height: 9, width: 13, channels: channels)
  for y in 0..<9 {
    for x in 0..<13 {
      for c in 0..<channels { image[x, y, c] = UInt8(pattern(x, y, c)) }
    }
  }
  return image
}

func greatestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
  a.count == b.count ? zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
}

/// What an expression throws, nil when it does not.
func imageError<Result>(_ body: () throws -> Result) -> ImageError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? ImageError
  }
}
