import Foundation
import Vision

extension IndexedImage {
  /// Reads a file of masks as a map of objects. A palette's indices are the objects, except 255, which
  /// marks pixels nobody annotated; in other images the bright pixels are object 1.
  /// - Throws: `ImageError`.
  public static func annotation(contentsOf url: URL) throws(ImageError) -> IndexedImage {
    do {
      let map = try IndexedImage(contentsOf: url)
      let labels =
        map.palette.isEmpty ? map.indices.map { $0 >= 128 ? 1 : 0 } : map.indices.map { $0 == 255 ? 0 : $0 }
      return IndexedImage(height: map.height, width: map.width, indices: labels)
    } catch .unsupported {
      // Some binary masks are stored in colour.
      let mask = Mask(try Image(contentsOf: url))
      return IndexedImage(height: mask.height, width: mask.width, indices: mask.values)
    }
  }

  /// The labels seen, ascending, without 0.
  public var objects: [Int] {
    var isSeen = [Bool](repeating: false, count: 256)
    for label in indices { isSeen[Int(label)] = true }
    return (1..<256).filter { isSeen[$0] }
  }
}

extension Image {
  /// Reads a method's mask as grey levels, 255 where it surely sees the object: a palette map, whose objects are taken
  /// together, a binary mask, or grey levels that tell how sure the method is.
  /// - Throws: `ImageError`.
  public static func softMask(contentsOf url: URL) throws(ImageError) -> Image {
    if let map = try? IndexedImage(contentsOf: url), !map.palette.isEmpty {
      let levels = map.indices.map { $0 == 0 || $0 == 255 ? 0 : 255 as UInt8 }
      return Image(height: map.height, width: map.width, channels: 1, pixels: levels)
    }
    let image = try Image(contentsOf: url, as: .grey)
    // Some masks are written as levels 0 and 1.
    guard image.pixels.allSatisfy({ $0 <= 1 }) else { return image }
    return Image(
      height: image.height, width: image.width, channels: 1, pixels: image.pixels.map { 255 * $0 })
  }
}
