import Foundation

/// The frames of a file, decoded by ffmpeg and sent as PPM pictures through a pipe. Each comes with its time, by which a
/// seek that landed elsewhere is noticed.
struct VideoDecoder: FrameSource {
  let url: URL
  private(set) var index: VideoIndex
  private var position = 0
  private var process: ChildProcess?
  private let clock = Clock()
  /// Whether the frame to come is the first after a seek.
  private var isSeeking = false

  /// The times of frames that were announced but not yet read, in microseconds.
  private final class Clock {
    var times: [Int] = []

    /// Takes the lines that the filter `metadata` prints for each frame.
    func takes(_ line: String) -> Bool {
      if line == "sfvideo=1" { return true }
      let words = line.split(separator: " ")
      guard words.count == 3, words[0].hasPrefix("frame:"), words[1].hasPrefix("pts:"),
        let time = Int(words[1].dropFirst(4))
      else { return false }
      times.append(time)
      return true
    }
  }

  /// A picture that was read to find out which is the first.
  private var first: (image: Image, time: Int?)?

  /// Opens a file and decodes its first frame. Frames before that, as a file begins with that was cut out of another, are
  /// none.
  init(_ url: URL) throws(VideoError) {
    (self.url, index) = (url, try VideoIndex(url))
    try go(to: 0)
    guard let image = readPicture() else { throw failure(nil) }
    let time = readTime()
    if index.hasTimes {
      guard let frame = time.flatMap(index.frame) else {
        // Packets and frames don't belong together.
        index = try VideoIndex(decoding: url)
        if index.times.isEmpty { throw .noFrames(path: url.path) }
        try go(to: 0)
        return
      }
      index.removeFirst(frame)
    }
    first = (image, time)
  }

  // Starting anew costs about as much as decoding some thirty frames.
  func isFaster(goingTo frame: Int) -> Bool {
    index.keyframe(before: frame) - position > 30
  }

  mutating func go(to frame: Int) throws(VideoError) {
    try start(at: frame, seeking: index.keyframe(before: frame) > 0)
  }

  private mutating func start(at frame: Int, seeking: Bool) throws(VideoError) {
    process = nil
    first = nil
    position = frame
    clock.times = []
    var seek: [String] = []
    if seeking {
      // A microsecond more, as times are rounded.
      let time = index.times[index.keyframe(before: frame)] + 1
      seek = ["-seek_timestamp", "1", "-noaccurate_seek", "-ss", "\(time)us"]
    }
    // Frames before the wanted one are dropped as soon as they are decoded. Others are shown with square pixels, and
    // turned, which ffmpeg does by itself. `metadata` prints only frames that have some.
    var filters = ["settb=AVTB"]
    if frame > 0 {
      filters.append(
        index.hasTimes
          ? "trim=start_pts=\((index.times[frame - 1] + index.times[frame] + 1) / 2)"
          : "trim=start_frame=\(frame)")
    }
    filters += [
      "scale=max(1\\,round(iw*sar)):ih", "setsar=1", "format=rgb24", "metadata=add:key=sfvideo:value=1",
      "metadata=print:file=pipe\\\\:2:direct=1",
    ]
    process = try ChildProcess(
      "ffmpeg",
      ["-nostdin", "-copyts"] + seek + FFmpeg.input(url) + [
        "-map", "0:V:0", "-fps_mode", "passthrough", "-vf", filters.joined(separator: ","), "-c:v", "ppm",
        "-f", "image2pipe", "pipe:1",
      ], isFed: false, isExpected: clock.takes)
    isSeeking = seeking
  }

  mutating func next() throws(VideoError) -> Image {
    if process == nil { try go(to: position) }
    let image = first?.image ?? readPicture()
    let time = image == nil ? nil : first?.time ?? readTime()
    first = nil
    let isRight = time.map { !index.hasTimes || abs($0 - index.times[position]) <= 2 } ?? false
    if isSeeking && !isRight {
      try start(at: position, seeking: false)
      return try next()
    }
    isSeeking = false
    guard let image, isRight else { throw failure(time) }
    position += 1
    return image
  }

  /// A picture of the stream; nil where it ends.
  private func readPicture() -> Image? {
    // "P6", the width, the height and the largest value, on three lines.
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while head.count(where: { $0 == UInt8(ascii: "\n") }) < 3 {
      guard head.count < 40, withUnsafeMutableBytes(of: &byte, { process!.read(into: $0) }) == 1 else {
        return nil
      }
      head.append(byte)
    }
    let words = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 4, words[0] == "P6", let width = Int(words[1]), let height = Int(words[2]) else {
      return nil
    }
    var isWhole = false
    let image = Image(height: height, width: width, channels: 3) {
      let buffer = UnsafeMutableRawBufferPointer(start: $0, count: height * width * 3)
      isWhole = process!.read(into: buffer) == buffer.count
    }
    return isWhole ? image : nil
  }

  /// The time of the picture just read, which was written before it.
  private func readTime() -> Int? {
    while clock.times.isEmpty && process!.listen() {}
    return clock.times.isEmpty ? nil : clock.times.removeFirst()
  }

  /// Why the next frame did not come, but one of another time or none.
  private mutating func failure(_ time: Int?) -> VideoError {
    let isContent = time != nil || process!.finish()
    let complaint = process!.complaint.map { FFmpeg.reason($0, url) }
    process = nil
    return .damaged(
      path: url.path, frame: position,
      reason: complaint ?? (isContent ? "it is missing" : "ffmpeg gives no reason"))
  }
}
