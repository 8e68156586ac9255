import Foundation
import TestSupport
import Testing

@testable import Vision

@Suite(.enabled(if: hasFFmpeg, "ffmpeg is not installed")) struct BadVideoTests {
  private func error(_ file: URL) -> VideoError? {
    let error = videoError { try Video(contentsOf: file) }
    #expect(
      error?.description.contains("\n") == false && error?.description.hasPrefix(file.path) == true,
      "\(error as Any)")
    return error
  }

  @Test func whatIsNoVideoIsNamed() throws {
    let place = try Workplace(for: "clips")
    #expect(
      error(place.folder.appending(path: "none.mp4"))
        == .unreadable(
          path: place.folder.appending(path: "none.mp4").path, reason: "No such file or directory"))
    #expect(error(place.folder) == .noFrames(path: place.folder.path))
    let contents: [(name: String, bytes: [UInt8])] = [
      ("empty.mp4", []), ("text.txt", Array("this is no video\n".utf8)),
      ("text.mp4", Array("nor is this\n".utf8)),
      ("noise.mkv", (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 2_654_435_761 >> 7) }),
      ("list.m3u8", Array("#EXTM3U\n#EXTINF:1,\nhttp://localhost/a.ts\n".utf8)),
      ("strange: -i %d\u{7}.mp4", Array("x".utf8)),
    ]
    for (name, bytes) in contents {
      let file = try place.file(name)
      try place.write(bytes, to: name)
      let error = videoError { try Video(contentsOf: file) }
      guard case .notAVideo(file.path, let reason) = error else {
        Issue.record("\(name): \(error as Any)")
        continue
      }
      #expect(!reason.isEmpty && !error!.description.contains("\n"))
    }
  }

  @Test func soundAloneIsNoVideo() throws {
    let clip = try Clip()
    let file = try clip.place.file("sound.mka")
    try clip.ffmpeg(["-f", "lavfi", "-i", "sine=duration=1", file.path])
    #expect(error(file) == .noFrames(path: file.path))
  }

  @Test(arguments: [("a.mp4", ["-movflags", "+faststart"]), ("a.mp4", []), ("a.mkv", []), ("a.avi", [])])
  func aCutFileIsTruncated(_ kind: (name: String, arguments: [String])) throws {
    let clip = try Clip()
    let file = try clip.make(kind.name, frames: 60, ["-c:v", "mpeg4", "-q:v", "2"] + kind.arguments)
    let bytes = try Data(contentsOf: file)
    for share in [0.3, 0.6, 0.9] {
      try bytes.prefix(Int(share * Double(bytes.count))).write(to: file)
      #expect(error(file) == .truncated(path: file.path), "\(share)")
    }
  }

  @Test func lengthsOfAnySizeAreRead() throws {
    let place = try Workplace(for: "clips")
    let file = try place.file("a.mp4")
    // Lengths of 32 bits, of 64, and to the end.
    func isShort(_ bytes: [UInt8]) throws -> Bool {
      try place.write(bytes, to: "a.mp4")
      return ContainerLength.isShort(file, size: bytes.count)
    }
    let head = [0, 0, 0, 16] + Array("ftypisom".utf8) + [0, 0, 0, 0]
    let long = head + [0, 0, 0, 1] + Array("mdat".utf8) + [0, 0, 0, 0, 0, 0, 1, 0x90]
    #expect(try !isShort(head) && !isShort(long + Array(repeating: 7, count: 384)))
    #expect(try isShort(head.dropLast()) && isShort(long + Array(repeating: 7, count: 383)))
    #expect(try isShort(head + [0, 0, 0, 1] + Array("mdat".utf8) + Array(repeating: 255, count: 8)))
    #expect(try !isShort(head + [0, 0, 0, 0] + Array("mdat".utf8) + Array(repeating: 255, count: 8)))
  }

  @Test func aFrameThatCannotBeDecodedIsToldWhenAskedFor() throws {
    let clip = try Clip()
    let file = try clip.make("a.mkv", frames: 30, ["-c:v", "png"])
    var bytes = try Data(contentsOf: file)
    let signature = Data([0x89, 0x50, 0x4E, 0x47])
    var starts: [Int] = []
    while let next = bytes.range(of: signature, in: (starts.last.map { $0 + 4 } ?? 0)..<bytes.count) {
      starts.append(next.lowerBound)
    }
    #expect(starts.count == 30)
    bytes.replaceSubrange(starts[12] + 16..<starts[12] + 24, with: Data(count: 8))
    try bytes.write(to: file)
    let video = try Video(contentsOf: file)
    #expect(video.frameCount == 30)
    for frame in 0..<12 { #expect(Clip.number(try video.image(frame)) == frame) }
    for _ in 0..<2 {
      guard case .damaged(file.path, 12, let reason) = videoError({ try video.image(12) }) else {
        Issue.record("frame 12 is damaged")
        return
      }
      #expect(!reason.isEmpty)
    }
    for frame in [13, 14, 29, 11] { #expect(Clip.number(try video.image(frame)) == frame) }
  }
}
