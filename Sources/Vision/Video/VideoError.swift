import Tensor

/// Why a video could not be read or written; the description is one line.
public enum VideoError: Error, Equatable, CustomStringConvertible {
  /// A program that reads and writes videos, ffmpeg or ffprobe, is not on the PATH.
  case missingProgram(String)
  /// The file or folder cannot be opened or read.
  case unreadable(path: String, reason: String)
  /// ffmpeg knows no such kind of file.
  case notAVideo(path: String, reason: String)
  /// The file holds sound, or something else, but no pictures that move; or the folder no images.
  case noFrames(path: String)
  /// The file ends before the video does.
  case truncated(path: String)
  /// A frame cannot be decoded, though the file announces it; the reason is ffmpeg's.
  case damaged(path: String, frame: Int, reason: String)
  /// A file in a folder of frames cannot be read.
  case badImage(ImageError)
  /// The file cannot be created, written or renamed; the reason is the system's or ffmpeg's.
  case unwritable(path: String, reason: String)
  /// A frame to be written is of another size than those before it.
  case sizeMismatch(path: String, height: Int, width: Int, expectedHeight: Int, expectedWidth: Int)

  /// One clear line.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .missingProgram(let name):
      "\(name) is not installed: videos are read and written by ffmpeg (Debian's package ffmpeg)"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notAVideo(let path, let reason): "\(path): not a video: \(reason)"
    case .noFrames(let path): "\(path): holds no frames of a video"
    case .truncated(let path): "\(path): truncated: the file ends before the video does"
    case .damaged(let path, let frame, let reason): "\(path): frame \(frame) cannot be decoded: \(reason)"
    case .badImage(let error): error.description
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .sizeMismatch(let path, let height, let width, let expectedHeight, let expectedWidth):
      "\(path): a frame of \(height)×\(width) in a video of \(expectedHeight)×\(expectedWidth)"
    }
  }
}
