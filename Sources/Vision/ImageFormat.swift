import CCodecs

/// A file format for images.
public enum ImageFormat: Sendable, CaseIterable {
  /// Lossless; also label maps with a palette and 16-bit samples.
  case png
  /// Lossy, 8-bit grey or RGB.
  case jpeg

  /// Whether this build can read and write the format.
  public var isBuiltIn: Bool {
    switch self {
    case .png: cc_has_png()
    case .jpeg: cc_has_jpeg()
    }
  }

  /// The format that the first bytes of a file declare.
  init(bytes: [UInt8], path: String) throws(ImageError) {
    for format in ImageFormat.allCases {
      let start = bytes.prefix(format.signature.count)
      guard format.signature.starts(with: start) else { continue }
      guard start.count == format.signature.count else { throw .truncated(path: path) }
      guard format.isBuiltIn else { throw .missingCodec(path: path, format: format) }
      self = format
      return
    }
    throw .notAnImage(path: path)
  }

  /// The format that a file is to be written in, by its extension.
  init(extensionOf path: String) throws(ImageError) {
    switch path.split(separator: ".").last?.lowercased() {
    case "png": self = .png
    case "jpg", "jpeg": self = .jpeg
    default: throw .unsupported(path: path, reason: "images are written as .png, .jpg or .jpeg")
    }
  }

  var name: String { self == .png ? "PNG" : "JPEG" }
  var package: String { self == .png ? "libpng-dev" : "libjpeg-dev" }

  private var signature: [UInt8] {
    switch self {
    case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    case .jpeg: [0xFF, 0xD8, 0xFF]
    }
  }
}
