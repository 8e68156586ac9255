import CCodecs
import Foundation

extension Image {
  /// Reads a PNG, JPEG or BMP file. The format is told by the first bytes, whatever the extension says;
  /// 16-bit samples are scaled to 8, and a JPEG is turned upright as its EXIF orientation says. CMYK becomes RGB.
  /// - Throws: `ImageError`; also for a truncated file.
  public init(contentsOf url: URL, as form: Form = .asStored) throws(ImageError) {
    try self.init(encoded: try Files.read(url), as: form, path: url.path)
  }

  /// Decodes the bytes of a PNG, JPEG or BMP file; `path` names them in errors.
  public init(encoded bytes: [UInt8], as form: Form = .asStored, path: String = "image") throws(ImageError) {
    if BMP.isStart(of: bytes) {
      self = try BMP(bytes, path: path).image(path: path).converted(to: form)
      return
    }
    let decoded: Codec.Decoded<UInt8>
    var orientation = ExifOrientation.upright
    switch try ImageFormat(bytes: bytes, path: path) {
    case .png:
      decoded = try Codec.decodePNG(bytes, form == .rgb ? CC_RGB : CC_AS_STORED, path: path)
    case .jpeg:
      let channels = form == .asStored ? 0 : form == .grey ? 1 : 3
      decoded = try Codec.decodeJPEG(bytes, channels: channels, path: path)
      orientation = ExifOrientation(jpeg: bytes)
    }
    let image = Image(
      height: decoded.height, width: decoded.width, channels: decoded.channels, pixels: decoded.samples)
    self = image.converted(to: form).turned(orientation)
  }

  /// The size that `init(contentsOf:)` would give, from the head of the file alone.
  /// - Throws: `ImageError`.
  public static func size(contentsOf url: URL) throws(ImageError) -> (height: Int, width: Int) {
    let bytes = try Files.read(url)
    if BMP.isStart(of: bytes) {
      let head = try BMP(bytes, path: url.path)
      return (head.height, head.width)
    }
    let format = try ImageFormat(bytes: bytes, path: url.path)
    let (height, width) = try Codec.size(bytes, format, path: url.path)
    let isTransposed = format == .jpeg && ExifOrientation(jpeg: bytes).isTransposed
    return isTransposed ? (width, height) : (height, width)
  }

  /// Writes a PNG or JPEG file, by the extension, under a temporary name that is then renamed. `quality` is a JPEG's,
  /// 1…100; JPEG has no alpha: it is dropped.
  /// - Throws: `ImageError`.
  public func write(to url: URL, quality: Int = 95) throws(ImageError) {
    let format = try ImageFormat(extensionOf: url.path)
    try Files.write(try encoded(as: format, quality: quality, path: url.path), to: url)
  }

  /// The bytes of a PNG or JPEG file; `path` names it in errors.
  public func encoded(
    as format: ImageFormat, quality: Int = 95, path: String = "image"
  ) throws(ImageError) -> [UInt8] {
    guard format == .jpeg else {
      return try Codec.encodePNG(
        cc_header(height: height, width: width, channels: channels), pixels, path: path)
    }
    let opaque = channels == 4 ? converted(to: .rgb) : self
    return try Codec.encodeJPEG(
      cc_header(height: height, width: width, channels: opaque.channels), opaque.pixels,
      quality: quality, path: path)
  }
}
