import CCodecs

/// Windows bitmaps without compression, of 1, 4, 8, 24 or 32 bits a pixel, which old data sets have; they are only read.
struct BMP {
  let height: Int
  let width: Int
  private let bytes: [UInt8]
  private let bits: Int
  private let isTopDown: Bool
  private let firstRow: Int
  private let palette: [Color]

  /// Whether a file begins as one.
  static func isStart(of bytes: [UInt8]) -> Bool { bytes.starts(with: "BM".utf8) }

  /// Reads the head of a file.
  /// - Throws: `ImageError`.
  init(_ bytes: [UInt8], path: String) throws(ImageError) {
    func number(_ position: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
    }
    guard bytes.count >= 54 else { throw .truncated(path: path) }
    let headSize = number(14, 4)
    (width, bits, firstRow) = (number(18, 4), number(28, 2), number(10, 4))
    let signedHeight = Int(Int32(truncatingIfNeeded: number(22, 4)))
    (height, isTopDown) = (abs(signedHeight), signedHeight < 0)
    // Of 32 bits, masks for the components are usually those that it has anyway.
    let compression = number(30, 4)
    guard headSize >= 40, [1, 4, 8, 24, 32].contains(bits), compression == 0 || compression == 3 && bits == 32
    else {
      throw .unsupported(path: path, reason: "a bitmap of \(bits) bits, compression \(compression)")
    }
    guard width > 0, height > 0 else { throw .corrupt(path: path, reason: "no pixels") }
    guard max(width, height) <= CC_MAXIMUM_PIXELS, width * height <= CC_MAXIMUM_PIXELS else {
      throw .tooLarge(path: path, height: height, width: width)
    }
    var colors: [Color] = []
    if bits <= 8 {
      let (start, declared) = (14 + headSize, number(46, 4))
      let count = declared == 0 ? 1 << bits : min(declared, 1 << bits)
      guard start + 4 * count <= bytes.count else { throw .truncated(path: path) }
      colors = (0..<count).map {
        Color(bytes[start + 4 * $0 + 2], bytes[start + 4 * $0 + 1], bytes[start + 4 * $0])
      }
    }
    (palette, self.bytes) = (colors, bytes)
    guard firstRow + height * stride <= bytes.count else { throw .truncated(path: path) }
  }

  /// The bytes of a row, a multiple of four.
  private var stride: Int { (width * bits + 31) / 32 * 4 }

  /// The pixels: grey where the palette is, else RGB.
  /// - Throws: `ImageError.corrupt` where a pixel has no colour in the palette.
  func image(path: String) throws(ImageError) -> Image {
    let isGrey = bits <= 8 && palette.allSatisfy { $0.red == $0.green && $0.green == $0.blue }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * (isGrey ? 1 : 3))
    for y in 0..<height {
      let start = firstRow + (isTopDown ? y : height - 1 - y) * stride
      for x in 0..<width {
        if bits >= 24 {
          let position = start + x * bits / 8
          pixels.append(bytes[position + 2])
          pixels.append(bytes[position + 1])
          pixels.append(bytes[position])
        } else {
          let position = x * bits
          let index = Int(bytes[start + position / 8] >> (8 - bits - position % 8)) & (1 << bits - 1)
          guard index < palette.count else {
            throw .corrupt(path: path, reason: "a colour beyond the palette")
          }
          pixels.append(palette[index].red)
          if !isGrey {
            pixels.append(palette[index].green)
            pixels.append(palette[index].blue)
          }
        }
      }
    }
    return Image(height: height, width: width, channels: isGrey ? 1 : 3, pixels: pixels)
  }
}
