import Foundation

/// The programs `ffmpeg` and `ffprobe`, version 5.1 or newer, by which videos are read and written.
public enum FFmpeg {
  /// Whether both are on the PATH.
  public static var isInstalled: Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return ["ffmpeg", "ffprobe"].allSatisfy { name in
      folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
  }

  /// What says that a file is to be read: from this machine, whatever it and its name may ask for, and saying no more
  /// than what goes wrong.
  static func input(_ url: URL) -> [String] {
    ["-hide_banner", "-v", "error", "-protocol_whitelist", "file", "-i", "file:\(url.path)"]
  }

  /// The complaint without the file's name and the part of the program that it comes from.
  static func reason(_ complaint: String?, _ url: URL) -> String {
    guard var text = complaint else { return "ffmpeg gives no reason" }
    if let end = text.range(of: "file:\(url.path): ")?.upperBound { text = String(text[end...]) }
    if let end = text.prefixMatch(of: #/\[[^\]]* @ 0x[0-9a-f]+\] /#)?.range.upperBound {
      text = String(text[end...])
    }
    return text
  }

  /// The encoder to write MP4 with, and its settings: H.264 where there is one, by software, else MPEG-4. ffmpeg is asked
  /// once.
  /// - Throws: `VideoError.missingProgram`; `unreadable` where ffmpeg has neither.
  static func encoder() throws(VideoError) -> [String] { try chosenEncoder.get() }

  private static let chosenEncoder = Result { () throws(VideoError) -> [String] in
    let list = try ChildProcess("ffmpeg", ["-hide_banner", "-v", "error", "-encoders"], isFed: false)
    var known: Set<Substring> = []
    while let line = list.readLine() {
      let words = line.split(separator: " ")
      if words.count > 1 { known.insert(words[1]) }
    }
    let wanted = [
      ["libx264", "-preset", "superfast", "-crf", "18"], ["libopenh264", "-b:v", "8M"],
      ["mpeg4", "-q:v", "3"],
    ]
    guard let encoder = wanted.first(where: { known.contains($0[0][...]) }) else {
      throw .unreadable(path: "ffmpeg", reason: "it has no encoder for H.264 or MPEG-4")
    }
    return encoder
  }
}
