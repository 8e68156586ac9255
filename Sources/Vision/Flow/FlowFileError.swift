/// Why a file of optical flow could not be read or written; the description is one line that starts with the path.
public enum FlowFileError: Error, Equatable, CustomStringConvertible {
  /// The file is neither Middlebury's `.flo` nor KITTI's PNG, or the extension is neither.
  case unsupported(path: String, reason: String)
  /// The file holds fewer or more bytes than the size it declares.
  case wrongLength(path: String, bytes: Int, expected: Int)
  /// The file declares a size that cannot be.
  case badSize(path: String, height: Int, width: Int)
  /// KITTI's files hold displacements from −512 up to 512 pixels.
  case tooLong(path: String, x: Int, y: Int)
  /// The file cannot be opened, decoded, created or written.
  case file(ImageError)

  /// One clear line.
  public var description: String {
    switch self {
    case .unsupported(let path, let reason): "\(path): not optical flow: \(reason)"
    case .wrongLength(let path, let bytes, let expected):
      "\(path): \(bytes < expected ? "truncated" : "too long"): \(bytes) bytes, its size asks for \(expected)"
    case .badSize(let path, let height, let width): "\(path): a flow of \(height)×\(width)"
    case .tooLong(let path, let x, let y):
      "\(path): the displacement at (\(x), \(y)) is beyond the 512 pixels of KITTI's format; write .flo instead"
    case .file(let error): error.description
    }
  }
}
