import Vision

extension Workplace {
  /// Sequences `a`, `b`, … in the layout of DAVIS, in `data`, in which a bright box moves over a pattern; `tops` says how far
  /// down it does.
  public func writeMovingBoxes(tops: [Double], frames: Int) throws {
    for (name, top) in zip("abcdefgh", tops) {
      for frame in 0..<frames {
        let mask = Mask(Box(x: Double(4 + 6 * frame), y: top, width: 14, height: 8), height: 16, width: 48)
        let pixels = mask.values.enumerated().flatMap { pixel, value in
          [UInt8](repeating: 150 * value + UInt8(pixel * 37 % 90), count: 3)
        }
        try Image(height: 16, width: 48, channels: 3, pixels: pixels)
          .write(to: file("data/JPEGImages/480p/\(name)/0000\(frame).jpg"))
        try mask.image.write(to: file("data/Annotations/480p/\(name)/0000\(frame).png"))
      }
    }
  }
}

extension Image {
  /// Noise over which a textured square lies: what a tracker can follow.
  public init(square: Box, height: Int = 120, width: Int = 160) {
    let inside = Mask(square, height: height, width: width)
    let pixels = (0..<height * width).flatMap { pixel -> [UInt8] in
      let (x, y) = (pixel % width, pixel / width)
      if inside.values[pixel] == 0 { return [60, 90, UInt8(70 + (x * 7 + y * 13) % 40)] }
      let isLight = ((x - Int(square.x)) / 4 + (y - Int(square.y)) / 4) % 2 == 0
      return isLight ? [230, 40, 40] : [250, 220, 60]
    }
    self.init(height: height, width: width, channels: 3, pixels: pixels)
  }
}
