import Foundation

/// When a file's frames are shown and where decoding can start, from the heads of its packets: nothing is decoded.
struct VideoIndex {
  /// When each frame is shown, in microseconds of the file's clock, ascending.
  let times: [Int]
  /// The frames that decode on their own, ascending; only the first where the file tells no times.
  let keyframes: [Int]
  /// Whether the file tells when each frame is shown. Others, such as bare H.264 and some AVI, are decoded from their
  /// start, in the order they come.
  let hasTimes: Bool
  /// Frames a second, on average.
  let frameRate: Double

  /// Reads the heads, through ffprobe.
  /// - Throws: `VideoError`.
  init(_ url: URL) throws(VideoError) {
    let size = try Self.size(of: url)
    if size == 0 { throw .notAVideo(path: url.path, reason: "the file is empty") }
    if ContainerLength.isShort(url, size: size) { throw .truncated(path: url.path) }

    var isCutShort = false
    let probe = try ChildProcess(
      "ffprobe",
      FFmpeg.input(url) + [
        "-select_streams", "V:0", "-show_entries",
        "format=format_name:stream=avg_frame_rate:packet=pts_time,flags", "-of", "compact",
      ], isFed: false
    ) { line in
      // Of Matroska and of MP4.
      if line.contains("ended prematurely") || line.contains("partial file") { isCutShort = true }
      return false
    }
    var records = Records()
    while let line = probe.readLine() { records.take(line) }
    guard probe.finish() else {
      throw .notAVideo(path: url.path, reason: FFmpeg.reason(probe.complaint, url))
    }
    // A text, drawn as on a terminal.
    if records.format == "tty" { throw .notAVideo(path: url.path, reason: "a text") }
    if isCutShort { throw .truncated(path: url.path) }
    if records.packets.isEmpty { throw .noFrames(path: url.path) }

    let times = records.packets.compactMap(\.time)
    hasTimes = times.count == records.packets.count && Set(times).count == times.count
    if hasTimes {
      let order = records.packets.sorted { $0.time! < $1.time! }
      self.times = order.map { $0.time! }
      keyframes = order.indices.filter { order[$0].isKeyframe }
    } else {
      let rate = records.frameRate ?? 25
      self.times = records.packets.indices.map { Int((Double($0) / rate * 1e6).rounded()) }
      keyframes = []
    }
    let duration = Double(self.times.last! - self.times[0]) / 1e6
    frameRate = duration > 0 ? Double(self.times.count - 1) / duration : records.frameRate ?? 25
  }

  /// The last frame at or before another that decodes on its own.
  func keyframe(before frame: Int) -> Int {
    // By halves: among those up to `low` it is not before, from `high` on it is.
    var (low, high) = (0, keyframes.count)
    while low < high {
      let middle = (low + high) / 2
      if keyframes[middle] <= frame { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : keyframes[low - 1]
  }

  private static func size(of url: URL) throws(VideoError) -> Int {
    let file = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0 else {
      throw .unreadable(path: url.path, reason: String(cString: strerror(errno)))
    }
    close(file)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: url.path, reason: "neither a file nor a folder")
    }
    return Int(status.st_size)
  }
}

/// What ffprobe prints.
private struct Records {
  var packets: [(time: Int?, isKeyframe: Bool)] = []
  var frameRate: Double?
  var format = ""

  mutating func take(_ line: String) {
    let fields = line.split(separator: "|")
    func value(_ key: String) -> Substring? {
      fields.first { $0.hasPrefix("\(key)=") }?.dropFirst(key.count + 1)
    }
    switch fields.first {
    case "packet":
      let flags = value("flags") ?? ""
      // Such packets are only decoded for others' sake.
      if flags.contains("D") { return }
      let time = value("pts_time").flatMap { Double($0) }.map { Int(($0 * 1e6).rounded()) }
      packets.append((time, flags.contains("K")))
    case "stream":
      let parts = (value("avg_frame_rate") ?? "").split(separator: "/").compactMap { Double($0) }
      if parts.count == 2, parts[0] > 0, parts[1] > 0 { frameRate = parts[0] / parts[1] }
    case "format": format = String(value("format_name") ?? "")
    default: break
    }
  }
}
