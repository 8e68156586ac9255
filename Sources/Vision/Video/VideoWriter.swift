import Foundation
import Tensor

/// Writes a video, frame by frame, at a constant rate: MP4 with H.264 where ffmpeg has it, else MPEG-4, in the 4:2:0 that
/// every player shows. The last row or column of an odd size is shown twice.
///
/// ```swift
/// let writer = try VideoWriter(to: URL(filePath: "clip.mp4"), frameRate: video.frameRate)
/// for frame in 0..<video.frameCount { try writer.append(drawnOver(try video.image(frame))) }
/// try writer.finish()
/// ```
///
/// The file is whole or not there: it is written under a temporary name, which `finish` renames; without that nothing is
/// left.
public final class VideoWriter {
  private let url: URL
  private let frameRate: Double
  private let encoder: [String]
  private let temporary: String
  private var process: ChildProcess?
  private var size: (height: Int, width: Int)?

  /// A video without frames yet.
  /// - Throws: `VideoError`.
  public init(to url: URL, frameRate: Double = 25) throws(VideoError) {
    require(frameRate > 0 && frameRate.isFinite, "VideoWriter: \(frameRate) frames a second")
    (self.url, self.frameRate, encoder) = (url, frameRate, try FFmpeg.encoder())
    temporary = WholeFile.temporaryPath(for: url)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if file < 0 { throw .unwritable(path: url.path, reason: String(cString: strerror(errno))) }
    close(file)
  }

  deinit {
    process = nil
    unlink(temporary)
  }

  /// Adds a frame; the first one decides the size.
  /// - Throws: `VideoError`.
  public func append(_ image: Image) throws(VideoError) {
    let (height, width) = size ?? (image.height, image.width)
    guard image.height == height, image.width == width else {
      throw .sizeMismatch(
        path: url.path, height: image.height, width: image.width, expectedHeight: height, expectedWidth: width
      )
    }
    if process == nil {
      size = (height, width)
      process = try ChildProcess("ffmpeg", arguments(height, width), isFed: true, writing: temporary)
    }
    let isTaken = image.converted(to: .rgb).pixels.withUnsafeBytes { process!.write($0) }
    if !isTaken { throw failure() }
  }

  /// Ends the video and gives it its name.
  /// - Throws: `VideoError`, also for a video without frames.
  public func finish() throws(VideoError) {
    guard let process else { throw .unwritable(path: url.path, reason: "the video has no frames") }
    guard process.finish() else { throw failure() }
    self.process = nil
    if rename(temporary, url.path) != 0 {
      throw .unwritable(path: url.path, reason: String(cString: strerror(errno)))
    }
  }

  private func failure() -> VideoError {
    if process!.finish() { return .unwritable(path: url.path, reason: "ffmpeg takes no more frames") }
    return .unwritable(path: url.path, reason: FFmpeg.reason(process!.complaint, URL(filePath: temporary)))
  }

  private func arguments(_ height: Int, _ width: Int) -> [String] {
    // Which colours the numbers stand for is said in the file, as players guess otherwise.
    var filters = ["scale=out_color_matrix=bt709:out_range=tv", "format=yuv444p"]
    if height % 2 + width % 2 > 0 {
      filters += [
        "pad=iw+\(width % 2):ih+\(height % 2)",
        "fillborders=right=\(width % 2):bottom=\(height % 2):mode=smear",
      ]
    }
    let colors = [
      "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
    ]
    return [
      "-hide_banner", "-nostdin", "-v", "error", "-xerror", "-f", "rawvideo", "-pixel_format", "rgb24",
      "-video_size", "\(width)x\(height)", "-framerate", String(format: "%.6f", frameRate), "-i", "pipe:0",
      "-vf", filters.joined(separator: ","), "-c:v",
    ] + encoder + ["-pix_fmt", "yuv420p"] + colors + [
      "-movflags", "+faststart", "-f", "mp4", "-y", "file:\(temporary)",
    ]
  }
}
