import Foundation
import TestSupport

@testable import Vision

/// Small videos whose frames show their numbers: twelve fields, black or white, the bits.
struct Clip {
  let place: Workplace
  var height = 48
  var width = 64

  init(height: Int = 48, width: Int = 64) throws {
    place = try Workplace(for: "clips")
    (self.height, self.width) = (height, width)
  }

  func frame(_ number: Int) -> Image {
    var image = Image(height: height, width: width)
    for y in 0..<height {
      for x in 0..<width where number >> field(x, y) & 1 == 1 {
        for c in 0..<3 { image[x, y, c] = 255 }
      }
    }
    return image
  }

  private func field(_ x: Int, _ y: Int) -> Int { 4 * (3 * y / height) + 4 * x / width }

  /// The number that a frame shows, in a picture of any size.
  static func number(_ image: Image) -> Int {
    (0..<12).reduce(0) {
      let (x, y) = ((2 * ($1 % 4) + 1) * image.width / 8, (2 * ($1 / 4) + 1) * image.height / 6)
      return image[x, y, 1] > 127 ? $0 | 1 << $1 : $0
    }
  }

  /// Encodes frames by ffmpeg's arguments.
  func make(_ name: String, frames count: Int, _ arguments: [String] = []) throws -> URL {
    let raw = try place.file("\(name).raw")
    try Data((0..<count).flatMap { frame($0).pixels }).write(to: raw)
    let file = try place.file(name)
    try ffmpeg(
      [
        "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", "\(width)x\(height)", "-framerate", "30",
        "-i", raw.path,
      ]
        + arguments + [file.path])
    try FileManager.default.removeItem(at: raw)
    return file
  }

  func ffmpeg(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y"] + arguments
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 {
      throw VideoError.unwritable(path: "\(arguments)", reason: "ffmpeg failed")
    }
  }

  /// The processes whose command line names a text.
  static func processes(naming text: String) -> [pid_t] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.filter { process in
      let line = try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline"))
      return process != getpid() && line?.range(of: Data(text.utf8)) != nil
    }
  }
}

/// What an expression throws, nil when it does not.
func videoError<Result>(_ body: () throws -> Result) -> VideoError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? VideoError
  }
}
