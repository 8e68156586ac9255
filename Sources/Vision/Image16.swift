import CCodecs
import Foundation
import Tensor

/// An image of 16-bit samples, as in PNG files of depth maps and of optical flow.
public struct Image16: Sendable, Equatable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// 1 (grey), 3 (RGB) or 4 (RGBA).
  public let channels: Int
  /// The samples `[height, width, channels]`.
  public let pixels: [UInt16]

  /// An image of the given samples `[height, width, channels]`.
  public init(height: Int, width: Int, channels: Int, pixels: [UInt16]) {
    require(
      width > 0 && height > 0 && [1, 3, 4].contains(channels) && pixels.count == width * height * channels,
      "Image16: \(pixels.count) samples for \(height)×\(width)×\(channels); channels are 1, 3 or 4")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Reads a PNG file; samples of fewer bits are scaled up to 16.
  /// - Throws: `ImageError`.
  public init(contentsOf url: URL) throws(ImageError) {
    try self.init(encoded: try Files.read(url), path: url.path)
  }

  /// Decodes the bytes of a PNG file as `init(contentsOf:)` does; `path` names them in errors.
  public init(encoded bytes: [UInt8], path: String = "image") throws(ImageError) {
    guard try ImageFormat(bytes: bytes, path: path) == .png else {
      throw .unsupported(path: path, reason: "16-bit samples are read from PNG files")
    }
    let decoded: Codec.Decoded<UInt16> = try Codec.decodePNG(bytes, CC_16_BIT, path: path)
    self.init(
      height: decoded.height, width: decoded.width, channels: decoded.channels, pixels: decoded.samples)
  }

  /// Writes a 16-bit PNG file, under a temporary name that is then renamed.
  /// - Throws: `ImageError`.
  public func write(to url: URL) throws(ImageError) {
    guard try ImageFormat(extensionOf: url.path) == .png else {
      throw .unsupported(path: url.path, reason: "16-bit samples are written as .png")
    }
    let header = cc_header(height: height, width: width, channels: channels, bytesPerSample: 2)
    try Files.write(try Codec.encodePNG(header, pixels, path: url.path), to: url)
  }
}
