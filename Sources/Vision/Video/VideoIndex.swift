import Foundation

/// When a file's frames are shown and where decoding can start. The heads of its packets tell it, without anything being
/// decoded; where they don't, as in bare H.264, some AVI and files that were cut, all frames are decoded once.
struct VideoIndex {
  /// When each frame is shown, in microseconds of the file's clock, ascending.
  private(set) var times: [Int]
  /// The frames that decode on their own, ascending.
  private(set) var keyframes: [Int]
  /// Whether the times are the file's. Without them, decoding always starts at the first frame.
  let hasTimes: Bool
  /// Frames a second, on average.
  let frameRate: Double

  /// Reads a file through ffprobe.
  /// - Throws: `VideoError`.
  init(_ url: URL) throws(VideoError) {
    let size = try Self.size(of: url)
    if size == 0 { throw .notAVideo(path: url.path, reason: "the file is empty") }
    if ContainerLength.isShort(url, size: size) { throw .truncated(path: url.path) }
    let packets = try Records(of: url, "packet=pts_time,flags")
    self = packets.haveTimes ? Self(packets) : try Self(decoding: url)
    if times.isEmpty { throw .noFrames(path: url.path) }
  }

  /// Decodes a file for it.
  /// - Throws: `VideoError`.
  init(decoding url: URL) throws(VideoError) {
    self.init(try Records(of: url, "frame=best_effort_timestamp_time,key_frame"))
  }

  private init(_ records: Records) {
    // Where the file tells no rate either, there is none that is right.
    let stated = records.frameRate ?? 25
    hasTimes = records.haveTimes
    if hasTimes {
      let order = records.frames.sorted { $0.time! < $1.time! }
      times = order.map { $0.time! }
      keyframes = order.indices.filter { order[$0].isKeyframe }
    } else {
      times = records.frames.indices.map { Int((Double($0) / stated * 1e6).rounded()) }
      keyframes = []
    }
    let duration = Double((times.last ?? 0) - (times.first ?? 0)) / 1e6
    let measured = duration > 0 ? Double(times.count - 1) / duration : stated
    // The file's own rate is without the times' rounding, where it is the frames' at all.
    frameRate = abs(stated / measured - 1) < 1e-3 ? stated : measured
  }

  /// The frame of a time; nil where there is none.
  func frame(at time: Int) -> Int? { times.firstIndex { abs($0 - time) <= 2 } }

  /// Forgets the first frames.
  mutating func removeFirst(_ count: Int) {
    times.removeFirst(count)
    keyframes = keyframes.filter { $0 >= count }.map { $0 - count }
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
    if file < 0 { throw .unreadable(path: url.path, reason: String(cString: strerror(errno))) }
    defer { close(file) }
    var status = stat()
    fstat(file, &status)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: url.path, reason: "neither a file nor a folder")
    }
    return Int(status.st_size)
  }
}

/// What ffprobe prints of a file's packets or frames.
private struct Records {
  var frames: [(time: Int?, isKeyframe: Bool)] = []
  var frameRate: Double?
  private var format = ""

  /// Whether each has a time of its own.
  var haveTimes: Bool {
    let times = frames.compactMap(\.time)
    return times.count == frames.count && Set(times).count == times.count
  }

  init(of url: URL, _ entries: String) throws(VideoError) {
    var isCutShort = false
    let probe = try ChildProcess(
      "ffprobe",
      FFmpeg.input(url) + [
        "-select_streams", "V:0", "-show_entries", "format=format_name:stream=avg_frame_rate:\(entries)",
        "-of",
        "compact",
      ], isFed: false
    ) { line in
      // Of Matroska and of MP4.
      if line.contains("ended prematurely") || line.contains("partial file") { isCutShort = true }
      return false
    }
    while let line = probe.readLine() { take(line) }
    guard probe.finish() else {
      throw .notAVideo(path: url.path, reason: FFmpeg.reason(probe.complaint, url))
    }
    // A text, drawn as on a terminal.
    if format == "tty" { throw .notAVideo(path: url.path, reason: "a text") }
    if isCutShort { throw .truncated(path: url.path) }
  }

  private mutating func take(_ line: String) {
    let fields = line.split(separator: "|")
    func value(_ key: String) -> Substring? {
      fields.first { $0.hasPrefix("\(key)=") }?.dropFirst(key.count + 1)
    }
    func time(_ key: String) -> Int? {
      value(key).flatMap { Double($0) }.map { Int(($0 * 1e6).rounded()) }
    }
    switch fields.first {
    case "packet":
      let flags = value("flags") ?? ""
      // Such packets are only decoded for others' sake.
      if !flags.contains("D") { frames.append((time("pts_time"), flags.contains("K"))) }
    case "frame": frames.append((time("best_effort_timestamp_time"), value("key_frame") == "1"))
    case "stream":
      let parts = (value("avg_frame_rate") ?? "").split(separator: "/").compactMap { Double($0) }
      if parts.count == 2, parts[0] > 0, parts[1] > 0 { frameRate = parts[0] / parts[1] }
    case "format": format = String(value("format_name") ?? "")
    default: break
    }
  }
}
