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
      return IndexedImage(width: map.width, height: map.height, indices: labels)
    } catch .unsupported {
      // Some binary masks are stored in colour.
      let mask = Mask(try Image(contentsOf: url))
      return IndexedImage(width: mask.width, height: mask.height, indices: mask.values)
    }
  }

  /// The labels seen, ascending, without 0.
  public var objects: [Int] {
    var isSeen = [Bool](repeating: false, count: 256)
    for label in indices { isSeen[Int(label)] = true }
    return (1..<256).filter { isSeen[$0] }
  }
}
