import Tensor

/// Why an image could not be read or written; the description is one line that starts with the path.
public enum ImageError: Error, Equatable, CustomStringConvertible {
  /// The file ends before the image does.
  case truncated(path: String)
  /// The file is damaged; the reason is the codec's.
  case corrupt(path: String, reason: String)
  /// The first bytes are those of no known format.
  case notAnImage(path: String)
  /// A kind of image, or an extension, that is not supported.
  case unsupported(path: String, reason: String)
  /// The declared size is beyond what is decoded, or memory did not suffice.
  case tooLarge(path: String, height: Int, width: Int)
  /// This build was made without the format's library.
  case missingCodec(path: String, format: ImageFormat)
  /// The file cannot be opened or read.
  case unreadable(path: String, reason: String)
  /// The file cannot be created, written or renamed.
  case unwritable(path: String, reason: String)

  /// One clear line.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .truncated(let path): "\(path): truncated: the file ends before the image does"
    case .corrupt(let path, let reason): "\(path): corrupt image: \(reason)"
    case .notAnImage(let path): "\(path): not an image: neither PNG nor JPEG nor BMP"
    case .unsupported(let path, let reason): "\(path): unsupported: \(reason)"
    case .tooLarge(let path, let height, let width): "\(path): an image of \(height)×\(width) is too large"
    case .missingCodec(let path, let format):
      "\(path): this build has no \(format.name) codec: install \(format.package) and rebuild"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
