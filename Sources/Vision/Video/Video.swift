import Dispatch
import Foundation
import Synchronization
import Tensor

/// A video: any file that ffmpeg can read, or a folder of images. Nothing of it is in memory but a window of frames.
///
/// ```swift
/// let video = try Video(contentsOf: URL(filePath: "clip.mp4"))
/// for frame in 0..<video.frameCount { show(try video.image(frame), at: video.times[frame]) }
/// ```
///
/// Frames are those of the file, none doubled or left out to keep a rate, as a player shows them: turned as the file says,
/// and with square pixels, for which columns are scaled. They are decoded ahead in the background. Any frame can be
/// asked for at any time; the next ones in order and the last few are at hand, others are decoded from the keyframe before
/// them. The frames of a file have one size; those of a folder need not.
public final class Video: Sendable {
  /// Where it is.
  public let url: URL
  /// The name of the file without its extension, or of the folder.
  public let name: String
  /// The number of frames. Most files' are counted without decoding them, so that one which cannot be decoded counts too,
  /// and reading it throws.
  public let frameCount: Int
  /// When each frame is shown, in seconds from the first; in a folder, and in a file that does not tell, by the frame rate.
  public let times: [Double]
  /// Frames a second on average; 25 for a folder.
  public let frameRate: Double
  /// The number of rows of the first frame.
  public let height: Int
  /// The number of columns of the first frame.
  public let width: Int
  /// The number of frames that are kept at most.
  public let window: Int
  /// The files of a folder, in order; none of a video file.
  public let files: [URL]

  private let frames: Mutex<FrameWindow>
  private let background = DispatchQueue(label: "Video")

  /// Opens a file or a folder and decodes its first frame. Half of the `window`, of at least 2 frames, is decoded ahead.
  /// - Throws: `VideoError`.
  public init(contentsOf url: URL, window: Int = 8) throws(VideoError) {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    let source: any FrameSource
    if isFolder.boolValue {
      files = try FrameFiles.list(url)
      if files.isEmpty { throw .noFrames(path: url.path) }
      frameRate = 25
      times = files.indices.map { Double($0) / 25 }
      source = FrameFiles(files)
    } else {
      let decoder = try VideoDecoder(url)
      let index = decoder.index
      files = []
      frameRate = index.frameRate
      times = index.times.map { Double($0 - index.times[0]) / 1e6 }
      source = decoder
    }
    (self.url, self.window, frameCount) = (url, max(2, window), times.count)
    name = isFolder.boolValue ? url.lastPathComponent : url.deletingPathExtension().lastPathComponent
    var frames = FrameWindow(source, count: max(2, window))
    let first = try frames.image(0)
    (height, width) = (first.height, first.width)
    self.frames = Mutex(frames)
  }

  /// A frame's colours, RGB.
  /// - Throws: `VideoError`.
  public func image(_ frame: Int) throws(VideoError) -> Image {
    require(0 <= frame && frame < frameCount, "Video: no frame \(frame) among \(frameCount)")
    let image = try frames.withLock { (frames) throws(VideoError) in try frames.image(frame) }
    readAhead()
    return image
  }

  /// A frame's height and width.
  /// - Throws: `VideoError`.
  public func size(_ frame: Int) throws(VideoError) -> (height: Int, width: Int) {
    guard !files.isEmpty else { return (height, width) }
    do throws(ImageError) {
      return try Image.size(contentsOf: files[frame])
    } catch {
      throw .badImage(error)
    }
  }

  /// The number of frames in memory.
  var keptFrameCount: Int { frames.withLock { $0.images.count } }

  // A frame at a time, so that who asks for one meanwhile does not wait for all.
  private func readAhead() {
    background.async { [weak self] in
      guard let self, frames.withLock({ $0.readAhead(upTo: self.frameCount) }) else { return }
      readAhead()
    }
  }
}

/// Some frames in a row around the one asked for last.
private struct FrameWindow {
  private(set) var images: [Image] = []
  private var first = 0
  private var last = 0
  private var source: any FrameSource
  private let count: Int
  /// Whether the source is to go somewhere before it is asked for a frame.
  private var hasFailed = false

  init(_ source: any FrameSource, count: Int) { (self.source, self.count) = (source, count) }

  mutating func image(_ frame: Int) throws(VideoError) -> Image {
    last = frame
    let next = first + images.count
    if frame < first || frame >= next && (hasFailed || source.isFaster(goingTo: frame)) {
      // Who steps backwards will go on to.
      let start = frame < first && first - frame <= count ? max(0, frame - count / 2) : frame
      images = []
      first = start
      hasFailed = true
      try source.go(to: start)
      hasFailed = false
    }
    while first + images.count <= frame { try readNext() }
    return images[frame - first]
  }

  /// Reads one more frame, if there is one to come and room for it. What goes wrong is told when the frame is asked for.
  mutating func readAhead(upTo end: Int) -> Bool {
    guard !hasFailed, first + images.count < min(end, last + 1 + count / 2) else { return false }
    return (try? readNext()) != nil
  }

  private mutating func readNext() throws(VideoError) {
    hasFailed = true
    let image = try source.next()
    hasFailed = false
    if images.count == count {
      images.removeFirst()
      first += 1
    }
    images.append(image)
  }
}
