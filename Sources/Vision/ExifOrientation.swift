/// How the pixels of a JPEG file are to be turned to stand upright, as its EXIF data say (CIPA DC-008, tag 274). What can't
/// be understood there turns nothing.
struct ExifOrientation: Equatable {
  /// Whether rows and columns are exchanged, and after that the columns or rows run the other way.
  let isTransposed: Bool, isFlippedHorizontally: Bool, isFlippedVertically: Bool

  static let upright = ExifOrientation(1)!

  /// The orientation of a number in 1…8.
  init?(_ number: Int) {
    guard (1...8).contains(number) else { return nil }
    isTransposed = number >= 5
    isFlippedHorizontally = [2, 3, 6, 7].contains(number)
    isFlippedVertically = [3, 4, 7, 8].contains(number)
  }

  /// The orientation that the head of a JPEG file declares.
  init(jpeg bytes: [UInt8]) {
    self =
      Self.segments(of: bytes).lazy.compactMap { Self.number(exif: $0) }.first.flatMap { Self($0) }
      ?? .upright
  }

  /// The contents of the segments that may hold EXIF data, APP1, up to the first scan.
  private static func segments(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    var place = 2
    while place + 4 <= bytes.count, bytes[place] == 0xFF {
      let marker = bytes[place + 1]
      if marker == 0xFF {  // fills up
        place += 1
        continue
      }
      if marker == 0xDA || marker == 0xD9 { break }
      let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      let end = place + 2 + length
      guard length >= 2, end <= bytes.count else { break }
      if marker == 0xE1 { found.append(bytes[place + 4..<end]) }
      place = end
    }
    return found
  }

  /// The orientation's number in EXIF data: the first directory of a TIFF file behind a name.
  private static func number(exif segment: ArraySlice<UInt8>) -> Int? {
    guard segment.starts(with: Array("Exif\0\0".utf8)) else { return nil }
    let tiff = Array(segment.dropFirst(6))
    guard tiff.count >= 8, tiff[0] == tiff[1], tiff[0] == UInt8(ascii: "I") || tiff[0] == UInt8(ascii: "M")
    else {
      return nil
    }
    let isLittleEndian = tiff[0] == UInt8(ascii: "I")
    func integer(at place: Int, bytes count: Int) -> Int? {
      guard place >= 0, place <= tiff.count - count else { return nil }
      let digits = tiff[place..<place + count]
      return (isLittleEndian ? digits.reversed() : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard integer(at: 2, bytes: 2) == 42, let directory = integer(at: 4, bytes: 4),
      let count = integer(at: directory, bytes: 2)
    else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + 12 * entry
      guard let tag = integer(at: place, bytes: 2) else { return nil }
      // A short number, which stands in the entry itself.
      if tag == 274 { return integer(at: place + 2, bytes: 2) == 3 ? integer(at: place + 8, bytes: 2) : nil }
    }
    return nil
  }
}

extension Image {
  /// The image turned upright.
  func turned(_ orientation: ExifOrientation) -> Image {
    if orientation == .upright { return self }
    let (rows, columns) = orientation.isTransposed ? (width, height) : (height, width)
    var turned: [UInt8] = []
    turned.reserveCapacity(pixels.count)
    for y in 0..<rows {
      let row = orientation.isFlippedVertically ? rows - 1 - y : y
      for x in 0..<columns {
        let column = orientation.isFlippedHorizontally ? columns - 1 - x : x
        let pixel = orientation.isTransposed ? column * width + row : row * width + column
        turned += pixels[pixel * channels..<(pixel + 1) * channels]
      }
    }
    return Image(height: rows, width: columns, channels: channels, pixels: turned)
  }
}
