import Tensor

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

/// The mask of a drawing, in which # is set.
func mask(_ rows: String...) -> Mask {
  Mask(height: rows.count, width: rows[0].count, values: rows.joined().map { $0 == "#" ? 1 : 0 })
}

/// Masks of up to 20×70 pixels, sparse and dense, the same on every run.
func randomMasks(count: Int) -> [Mask] {
  var generator = SeededGenerator(seed: 1)
  return (0..<count).map { index in
    let (height, width) = (
      Int.random(in: 1...20, using: &generator), Int.random(in: 1...70, using: &generator)
    )
    let share = [0.1, 0.5, 0.8][index % 3]
    return Mask(
      height: height, width: width,
      values: (0..<height * width).map { _ in Double.random(in: 0..<1, using: &generator) < share ? 1 : 0 })
  }
}

/// Points of a square of that size around the origin, the same on every run.
func randomPoints(count: Int, size: Double, using generator: inout SeededGenerator) -> [Point] {
  (0..<count).map { _ in
    Point(
      Double.random(in: -size / 2...size / 2, using: &generator),
      Double.random(in: -size / 2...size / 2, using: &generator))
  }
}
