import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite(.enabled(if: hasFFmpeg, "ffmpeg is not installed")) struct VideoTests {
  private static let h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "8", "-bf", "2"]
  private static let mpeg4 = ["-c:v", "mpeg4", "-q:v", "2", "-g", "8"]

  static let kinds: [(name: String, arguments: [String])] = [
    ("a.mp4", mpeg4), ("a.avi", mpeg4 + ["-bf", "2"]), ("a.mkv", ["-c:v", "ffv1"]),
    ("a.ts", ["-c:v", "mpeg2video", "-q:v", "2", "-g", "8", "-bf", "2"]),
    ("b.mp4", h264), ("b.mkv", h264 + ["-x264-params", "open-gop=1"]), ("b.ts", h264), ("b.h264", h264),
    ("a.gif", []), ("a.webm", ["-c:v", "libvpx-vp9", "-g", "8", "-deadline", "realtime"]),
  ]

  @Test(arguments: kinds) func everyFrameIsFound(_ kind: (name: String, arguments: [String])) throws {
    let clip = try Clip()
    guard let file = try? clip.make(kind.name, frames: 40, kind.arguments) else { return }  // no such encoder
    let video = try Video(contentsOf: file)
    #expect(video.name == kind.name.prefix(1) && video.frameCount == 40 && video.times.count == 40)
    #expect((video.height, video.width) == (48, 64) && abs(video.frameRate - 30) < 1)
    for frame in 0..<40 { #expect(Clip.number(try video.image(frame)) == frame) }
    for frame in [39, 3, 17, 16, 0, 38, 8, 25] {
      #expect(Clip.number(try video.image(frame)) == frame, "\(kind.name)")
    }
  }

  @Test func longJumpsStartAtAKeyframe() throws {
    let clip = try Clip()
    let video = try Video(contentsOf: try clip.make("a.mp4", frames: 400, Self.mpeg4))
    for frame in [399, 200, 250, 64, 63, 398] {
      #expect(Clip.number(try video.image(frame)) == frame)
    }
  }

  @Test func framesAreAsFFmpegMakesThem() throws {
    let clip = try Clip()
    let file = try clip.make("a.mp4", frames: 3, Self.mpeg4)
    let video = try Video(contentsOf: file)
    try clip.ffmpeg(["-i", file.path, "-pix_fmt", "rgb24", "-f", "rawvideo", clip.place.file("all").path])
    let pixels = try (0..<3).flatMap { try video.image($0).pixels }
    #expect(try clip.place.bytes(of: "all") == Data(pixels))
  }

  @Test func timesMayBeIrregular() throws {
    let clip = try Clip()
    let file = try clip.make(
      "a.mkv", frames: 30,
      ["-vf", "settb=1/1000,setpts=500+N*N+N", "-fps_mode", "passthrough", "-enc_time_base", "1:1000"]
        + Self.mpeg4)
    let video = try Video(contentsOf: file)
    #expect(video.frameCount == 30)
    #expect(
      zip(video.times, 0..<30).allSatisfy { abs($0 - Double($1 * $1 + $1) / 1000) < 0.0011 }, "\(video.times)"
    )
    #expect(abs(video.frameRate - 29 / 0.87) < 0.1)
    for frame in Array(0..<30) + [25, 2, 16, 11] { #expect(Clip.number(try video.image(frame)) == frame) }
  }

  @Test func whatWasCutOutOfAVideoStartsWithItsFirstWholeFrame() throws {
    let clip = try Clip()
    let whole = try clip.make(
      "whole.ts", frames: 60, ["-c:v", "mpeg2video", "-q:v", "2", "-g", "8", "-bf", "2"])
    // Some of the packets of 188 bytes, so that nothing comes before the first picture that it needs.
    let bytes = try Data(contentsOf: whole)
    try clip.place.write(bytes.dropFirst(bytes.count / 2 / 188 * 188), to: "cut.ts")
    let video = try Video(contentsOf: clip.place.file("cut.ts"))
    let numbers = try (0..<video.frameCount).map { Clip.number(try video.image($0)) }
    #expect(numbers.count > 10 && numbers == Array((numbers.first ?? 0)..<60), "\(numbers)")
    for frame in [numbers.count - 1, 1, 0, 9] {
      #expect(Clip.number(try video.image(frame)) == numbers[frame])
    }
  }

  @Test func turnedVideosComeOutUpright() throws {
    let clip = try Clip()
    let file = try clip.make("a.mp4", frames: 9, Self.mpeg4)
    // The matrix of the track's header, for a quarter turn clockwise as telephones write it.
    var bytes = try Data(contentsOf: file)
    let matrix = try #require(bytes.range(of: Data("tkhd".utf8))).upperBound + 40
    let values: [Int32] = [0, 1 << 16, 0, -1 << 16, 0, 0, 48 << 16, 0, 1 << 30]
    for (place, value) in values.enumerated() {
      withUnsafeBytes(of: value.bigEndian) {
        bytes.replaceSubrange(matrix + 4 * place..<matrix + 4 * place + 4, with: $0)
      }
    }
    try bytes.write(to: file)
    let video = try Video(contentsOf: file)
    #expect((video.height, video.width) == (64, 48))
    for frame in [0, 5, 8, 2] {
      let turned = try video.image(frame)
      var image = Image(height: 48, width: 64)
      for y in 0..<48 {
        for x in 0..<64 { image[x, y, 1] = turned[47 - y, x, 1] }
      }
      #expect(Clip.number(image) == frame)
    }
  }

  @Test func pixelsAreMadeSquare() throws {
    let clip = try Clip()
    let video = try Video(contentsOf: try clip.make("a.mp4", frames: 2, ["-vf", "setsar=4/3"] + Self.mpeg4))
    #expect((video.height, video.width) == (48, 85))
    #expect(try Clip.number(video.image(1)) == 1)
  }

  @Test(arguments: [(1, 1), (47, 63), (3, 200)]) func oddSizesStay(_ size: (height: Int, width: Int)) throws {
    let clip = try Clip(height: size.height, width: size.width)
    let video = try Video(
      contentsOf: try clip.make("a.mkv", frames: 5, ["-c:v", "ffv1", "-pix_fmt", "bgr0"]))
    #expect((video.height, video.width) == size)
    for frame in 0..<5 { #expect(try video.image(frame) == clip.frame(frame)) }
  }

  @Test func oneFrameIsAVideo() throws {
    let clip = try Clip()
    let video = try Video(contentsOf: try clip.make("a.mp4", frames: 1, Self.mpeg4))
    #expect(video.frameCount == 1 && video.times == [0] && abs(video.frameRate - 30) < 0.1)
    #expect(Clip.number(try video.image(0)) == 0)
  }

  @Test func aFolderOfImagesIsAVideoToo() throws {
    guard ImageFormat.png.isBuiltIn else { return }
    let clip = try Clip()
    for frame in 0..<12 { try clip.frame(frame).write(to: clip.place.file("frames/\(frame).png")) }
    let video = try Video(contentsOf: clip.place.file("frames"), window: 4)
    #expect(video.name == "frames" && video.frameCount == 12 && video.files.count == 12)
    for frame in Array(0..<12) + [3, 11, 10, 0] { #expect(try video.image(frame) == clip.frame(frame)) }
    try clip.place.write([1, 2], to: "frames/7.png")
    #expect(try video.image(6) == clip.frame(6))
    #expect(videoError { try video.image(7) }?.description.contains("7.png: not an image") == true)
    #expect(try video.image(8) == clip.frame(8))
  }

  @Test func noMoreThanAWindowIsKept() throws {
    let clip = try Clip()
    let video = try Video(contentsOf: try clip.make("a.mp4", frames: 60, Self.mpeg4), window: 6)
    var most = 0
    for frame in Array(0..<40) + [5, 50, 49, 48, 47] {
      _ = try video.image(frame)
      for _ in 0..<3 {
        usleep(1000)
        most = max(most, video.keptFrameCount)
      }
    }
    #expect(most <= 6)
    _ = try video.image(20)
    for _ in 0..<500 where video.keptFrameCount < 4 { usleep(10_000) }
    #expect(video.keptFrameCount == 4, "three frames ahead, decoded though nobody asks")
  }

  @Test func severalThreadsMayRead() async throws {
    let clip = try Clip()
    let video = try Video(contentsOf: try clip.make("a.mp4", frames: 40, Self.mpeg4))
    let numbers = try await withThrowingTaskGroup(of: Bool.self) { group in
      for start in 0..<4 {
        group.addTask {
          try stride(from: start, to: 40, by: 4).allSatisfy { Clip.number(try video.image($0)) == $0 }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(numbers == [true, true, true, true])
  }

  @Test func noProcessIsLeft() throws {
    let clip = try Clip()
    let file = try clip.make("a.mp4", frames: 300, Self.mpeg4)
    do {
      let video = try Video(contentsOf: file)
      for frame in [1, 200, 100] {
        _ = try video.image(frame)
        #expect(Clip.processes(naming: file.path).count <= 1)
      }
    }
    // The background may be reading the next frame.
    for _ in 0..<500 where !Clip.processes(naming: file.path).isEmpty { usleep(10_000) }
    #expect(Clip.processes(naming: file.path).isEmpty)
  }
}
