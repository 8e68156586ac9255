import Foundation
import Vision

extension IndexedImage {
  /// Reads a file of masks as a map of objects, by what it shows:
  /// - the indices of a palette as DAVIS and YouTube-VOS write it, with the background's black at 0, are the objects; 255
  ///   marks pixels nobody annotated;
  /// - grey levels, in a palette too, of which the highest is below 128 are the objects' numbers, as are 16-bit ones up to
  ///   255; of others the bright pixels are object 1;
  /// - the colours of DAVIS' palette, without it or in another order, are its objects; a single colour on black is
  ///   object 1.
  /// - Throws: `ImageError`; `unsupported` where the file tells no objects apart.
  public static func annotation(contentsOf url: URL) throws(ImageError) -> IndexedImage {
    switch try MaskFile(contentsOf: url) {
    case .objects(let map): return map
    case .levels(let image):
      guard let labels = MaskFile.objects(ofLevels: image.pixels) else {
        throw .unsupported(
          path: url.path,
          reason: "a mask of dark grey levels beside white: neither black and white nor numbers")
      }
      return IndexedImage(
        height: image.height, width: image.width, indices: Levels.replaced(image.pixels, by: labels))
    }
  }

  /// The labels seen, ascending, without 0.
  public var objects: [Int] {
    let isSeen = Levels.seen(in: indices)
    return (1..<256).filter { isSeen[$0] }
  }
}

extension Image {
  /// Reads a method's mask as grey levels, 255 where it surely sees the object: a map of objects, which are taken
  /// together, a binary mask, or grey levels that tell how sure the method is.
  /// - Throws: `ImageError`.
  public static func softMask(contentsOf url: URL) throws(ImageError) -> Image {
    switch try MaskFile(contentsOf: url) {
    case .objects(let map): return Mask(map).image
    case .levels(let image):
      // Some masks are written as levels 0 and 1.
      guard image.pixels.allSatisfy({ $0 <= 1 }) else { return image }
      return Mask(height: image.height, width: image.width, values: image.pixels).image
    }
  }
}

/// What a file of masks shows.
private enum MaskFile {
  /// Objects by number, in colours or written as numbers.
  case objects(IndexedImage)
  /// Grey levels, 8 bits.
  case levels(Image)

  init(contentsOf url: URL) throws(ImageError) {
    do {
      let map = try IndexedImage(contentsOf: url)
      if map.palette.isEmpty {
        let grey = Image(height: map.height, width: map.width, channels: 1, pixels: map.indices)
        // Levels of fewer bits than 8 are to be scaled.
        let isFull = Levels.seen(in: map.indices)[16...].contains(true)
        self = .levels(isFull ? grey : try Image(contentsOf: url))
      } else {
        self = try MaskFile(map, isPalette: true, path: url.path)
      }
    } catch .unsupported {
      if let deep = try? Image16(contentsOf: url), deep.channels == 1 {
        self = try MaskFile(deep, path: url.path)
      } else {
        self = try MaskFile(try Image(contentsOf: url, as: .rgb), path: url.path)
      }
    }
  }

  /// 16 bits: numbers where none is above 255.
  private init(_ deep: Image16, path: String) throws(ImageError) {
    if deep.pixels.allSatisfy({ $0 < 256 }) {
      let numbers = deep.pixels.map { UInt8($0) }
      self = .objects(IndexedImage(height: deep.height, width: deep.width, indices: numbers))
      return
    }
    let darkest = deep.pixels.filter { $0 > 0 }.min()!
    guard darkest > 255 else {
      throw .unsupported(path: path, reason: "a mask of 16 bits whose objects' numbers go beyond 255")
    }
    let levels = deep.pixels.map { UInt8($0 >> 8) }
    self = .levels(Image(height: deep.height, width: deep.width, channels: 1, pixels: levels))
  }

  /// Colours without a palette. Those that compression made are more than can be told apart: they are taken as grey.
  private init(_ image: Image, path: String) throws(ImageError) {
    var numbers: [Color: UInt8] = [:]
    var indices: [UInt8] = []
    indices.reserveCapacity(image.width * image.height)
    for pixel in stride(from: 0, to: image.pixels.count, by: 3) {
      let color = Color(image.pixels[pixel], image.pixels[pixel + 1], image.pixels[pixel + 2])
      if numbers[color] == nil {
        guard numbers.count < 256 else {
          self = .levels(image.converted(to: .grey))
          return
        }
        numbers[color] = UInt8(numbers.count)
      }
      indices.append(numbers[color]!)
    }
    let colors = numbers.sorted { $0.value < $1.value }.map(\.key)
    let map = IndexedImage(height: image.height, width: image.width, indices: indices, palette: colors)
    self = try MaskFile(map, isPalette: false, path: path)
  }

  private init(_ map: IndexedImage, isPalette: Bool, path: String) throws(ImageError) {
    let (isSeen, colors) = (Levels.seen(in: map.indices), map.palette)
    let seen = (0..<256).filter { isSeen[$0] }
    guard let last = seen.last, last < colors.count else {
      throw .unsupported(path: path, reason: "a mask of more indices than its palette has colours")
    }
    func replaced(_ value: (Int) -> UInt8) -> [UInt8] {
      let table = (0..<256).map { isSeen[$0] ? value($0) : 0 }
      return seen.allSatisfy { table[$0] == $0 } ? map.indices : Levels.replaced(map.indices, by: table)
    }
    func objects(_ number: (Int) -> UInt8) -> MaskFile {
      // 255 is no object, but what nobody annotated.
      let labels = replaced { number($0) == 255 ? 0 : number($0) }
      return .objects(IndexedImage(height: map.height, width: map.width, indices: labels))
    }
    let shown = seen.filter { colors[$0] != .black }
    if isPalette && seen.allSatisfy({ colors[$0] == IndexedImage.davisPalette[$0] }) {
      self = objects { UInt8($0) }
    } else if seen.allSatisfy({ colors[$0].isGrey(within: isPalette ? 0 : 32) }) {
      let levels = replaced { colors[$0].green }
      self = .levels(Image(height: map.height, width: map.width, channels: 1, pixels: levels))
    } else if seen.allSatisfy({ Self.davisNumbers[colors[$0]] != nil }) {
      self = objects { Self.davisNumbers[colors[$0]]! }
    } else if isPalette && colors[0] == .black && seen.allSatisfy({ $0 == 0 || colors[$0] != .black }) {
      self = objects { UInt8($0) }
    } else if shown.count == 1 {
      self = objects { $0 == shown[0] ? 1 : 0 }
    } else {
      throw .unsupported(
        path: path, reason: "a mask of \(seen.count) colours that don't tell which object is which")
    }
  }

  private static let davisNumbers = Dictionary(
    uniqueKeysWithValues: IndexedImage.davisPalette.enumerated().map { ($1, UInt8($0)) })

  /// The object of each grey level; nil where the levels seen can't be understood.
  static func objects(ofLevels pixels: [UInt8]) -> [UInt8]? {
    let isSeen = Levels.seen(in: pixels)
    let between = (1..<255).filter { isSeen[$0] }
    if !isSeen[255] && between.allSatisfy({ $0 < 128 }) { return (0...255).map { UInt8($0) } }
    // Beside white, numbers would have it mark what nobody annotated; a mask with soft edges has lighter levels too.
    if isSeen[255], let lightest = between.last, lightest < 32 { return nil }
    return (0...255).map { $0 >= 128 ? 1 : 0 }
  }
}

extension Color {
  /// Whether the components differ by so much at most, as compression makes greys.
  fileprivate func isGrey(within difference: UInt8) -> Bool {
    max(red, green, blue) - min(red, green, blue) <= difference
  }
}
