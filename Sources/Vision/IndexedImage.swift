import CCodecs
import Foundation
import Tensor

/// A label map: one index per pixel, and the colours the indices stand for. A PNG with a palette,
/// read without expanding it.
public struct IndexedImage: Sendable, Equatable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// The labels `[height, width]`.
  public internal(set) var indices: [UInt8]
  /// The colour of each label; empty when the map is a grey image.
  public var palette: [Color]

  /// A label map of the given indices `[height, width]`.
  public init(height: Int, width: Int, indices: [UInt8], palette: [Color] = IndexedImage.davisPalette) {
    require(
      width > 0 && height > 0 && indices.count == width * height && palette.count <= 256,
      "IndexedImage: \(indices.count) indices for \(height)×\(width), \(palette.count) colours (at most 256)")
    self.width = width
    self.height = height
    self.indices = indices
    self.palette = palette
  }

  /// The label in column `x`, row `y`.
  public subscript(x: Int, y: Int) -> UInt8 {
    require(
      0 <= x && x < width && 0 <= y && y < height, "IndexedImage: no (\(x), \(y)) in \(height)×\(width)")
    return indices[y * width + x]
  }

  /// Reads the indices of a palette PNG, or the raw levels of a grey one of at most 8 bits.
  /// - Throws: `ImageError`; `unsupported` for images of other kinds.
  public init(contentsOf url: URL) throws(ImageError) {
    try self.init(encoded: try Files.read(url), path: url.path)
  }

  /// Decodes the bytes of a PNG file as `init(contentsOf:)` does; `path` names them in errors.
  public init(encoded bytes: [UInt8], path: String = "image") throws(ImageError) {
    let isPNG = BMP.isStart(of: bytes) ? false : try ImageFormat(bytes: bytes, path: path) == .png
    guard isPNG else {
      throw .unsupported(path: path, reason: "a label map is a palette or 8-bit grey PNG")
    }
    let decoded: Codec.Decoded<UInt8> = try Codec.decodePNG(bytes, CC_LABELS, path: path)
    let entries = withUnsafeBytes(of: decoded.header.palette) { table in
      (0..<Int(decoded.header.palette_count)).map {
        Color(table[3 * $0], table[3 * $0 + 1], table[3 * $0 + 2])
      }
    }
    self.init(height: decoded.height, width: decoded.width, indices: decoded.samples, palette: entries)
  }

  /// Writes a PNG with the palette, or a grey one where there is none, under a temporary name that is
  /// then renamed.
  /// - Throws: `ImageError`.
  public func write(to url: URL) throws(ImageError) {
    guard try ImageFormat(extensionOf: url.path) == .png else {
      throw .unsupported(path: url.path, reason: "a label map is written as .png")
    }
    try Files.write(try encoded(path: url.path), to: url)
  }

  /// The bytes of the PNG file; `path` names it in errors.
  public func encoded(path: String = "image") throws(ImageError) -> [UInt8] {
    if let index = indices.max(), !palette.isEmpty, Int(index) >= palette.count {
      throw .unsupported(
        path: path, reason: "label \(index) is beyond the palette's \(palette.count) colours")
    }
    var header = cc_header(height: height, width: width, channels: 1)
    header.palette_count = Int32(palette.count)
    withUnsafeMutableBytes(of: &header.palette) { table in
      for (i, color) in palette.enumerated() {
        table[3 * i] = color.red
        table[3 * i + 1] = color.green
        table[3 * i + 2] = color.blue
      }
    }
    return try Codec.encodePNG(header, indices, path: path)
  }

  /// The palette of DAVIS and PASCAL VOC: bits 0, 1, 2 of the label are the highest bits of red, green
  /// and blue, bits 3, 4, 5 the next ones, and so on.
  public static let davisPalette: [Color] = (0..<256).map { label in
    func component(_ channel: Int) -> UInt8 {
      (0..<3).reduce(0) { $0 | UInt8(label >> (3 * $1 + channel) & 1) << (7 - $1) }
    }
    return Color(component(0), component(1), component(2))
  }
}
